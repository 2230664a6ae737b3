import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RunManifest } from '../model/run.ts';
import { projectRoot } from '../support/paths.ts';

const packageJson = z.looseObject({ version: z.string() });

/** Names and versions of everything that took part in a run: the mesh, the images' content, the tools, Meshproof. */
export function versionsOf(manifest: RunManifest): Record<string, string> {
  const { lab } = manifest;
  return {
    meshproof: packageVersion(projectRoot),
    node: process.versions.node,
    [lab.mesh.driver]: lab.mesh.version,
    ...lab.images.versions,
    playwright: packageVersion(join(projectRoot, 'node_modules', '@playwright', 'test')),
    allure: packageVersion(join(projectRoot, 'node_modules', 'allure')),
  };
}

/** The report's environment page: what was judged, with which inputs, and every version and digest. */
export function environmentPage(manifest: RunManifest): Record<string, string> {
  const { lab } = manifest;
  const clusters = lab.clusters.map((cluster) => [
    `cluster ${cluster.name}`,
    `region ${cluster.region}, network ${cluster.network}, pods ${cluster.podCidr}, services ${cluster.serviceCidr}, ` +
      cluster.nodes.map((node) => `${node.name} (${node.role}, ${node.zone})`).join(' '),
  ]);
  return {
    environment: lab.environment.name,
    run: manifest.id,
    'started at': manifest.startedAt,
    command: manifest.command,
    seed: String(manifest.seed),
    world: manifest.world === 'lab' ? 'real clusters' : 'fake (self-test)',
    mesh: `${lab.mesh.driver} ${lab.mesh.version} in ${lab.mesh.namespace}`,
    images: lab.images.mode,
    ...Object.fromEntries(clusters),
    ...prefixed('version', versionsOf(manifest)),
    ...prefixed('digest', lab.images.digests),
  };
}

function prefixed(prefix: string, values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix} ${name}`, value]));
}

/** Version in the package.json of a folder; `unknown` when there is none. */
export function packageVersion(folder: string): string {
  try {
    return packageJson.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).version;
  } catch {
    return 'unknown';
  }
}
