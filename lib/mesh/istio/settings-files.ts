import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeshSettings } from '../../model/upgrade.ts';
import { MeshproofError } from '../../support/errors.ts';
import { operatorFile } from './install.ts';
import type { UpgradeContext } from '../contracts.ts';
import { overlay, withProxyImage, withRelease } from './upgrade-operator.ts';

/**
 * Gives `use` the files that `istioctl` merges for a cluster with these settings, later ones over earlier ones, and the
 * IstioOperator that it was installed from, YAML, with the release of these settings; the files are gone afterwards. A `usage` error for a mesh that Meshproof did
 * not install.
 */
export async function withSettingsFiles<T>(
  cluster: string,
  settings: MeshSettings,
  stateDir: string,
  use: (files: readonly string[], installed: string) => Promise<T>,
): Promise<T> {
  const base = operatorFile(stateDir, cluster);
  if (!existsSync(base))
    throw new MeshproofError('usage', `${cluster}: Meshproof did not install this mesh`, {
      nextStep: 'upgrade it as it was installed, and compare the two with runs of their own',
    });
  const installed = withRelease(readFileSync(base, 'utf8'), settings.release);
  // Whoever looks at a candidate writes beside who installs another.
  const own = join(stateDir, `${cluster}.istio-${randomBytes(4).toString('hex')}`);
  const contents = [
    withProxyImage(installed, settings.proxyImage),
    ...(settings.values ? [overlay(settings.values)] : []),
  ];
  const files = contents.map((_, index) => `${own}-${index}.yaml`);
  try {
    for (const [index, file] of files.entries()) writeFileSync(file, contents[index] ?? '');
    return await use(files, installed);
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

/** The context with the istioctl of the release of these settings, which carries its charts; that of the installation otherwise. */
export function withInstaller(
  context: UpgradeContext,
  { release }: Pick<MeshSettings, 'release'>,
): UpgradeContext {
  return release ? { ...context, tool: async () => release.installer } : context;
}
