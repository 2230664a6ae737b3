import { isMap, parseDocument } from 'yaml';
import type { ProxyWish } from '../environment/provider.ts';
import type { Lab } from '../model/lab.ts';
import type { MeshSettings, MeshSide } from '../model/upgrade.ts';
import { MeshproofError } from '../support/errors.ts';
import type { Log } from '../support/log.ts';
import { readYamlText } from '../support/yaml-file.ts';
import { upgradeOf } from './mesh-change.ts';
import { providerOf } from './provision.ts';

export interface SettingsOptions {
  log: Log;
  signal: AbortSignal;
  registryMirror?: string;
}

/**
 * What the mesh of a lab has to be given to be this side. An image that it takes is made and brought into all nodes first. A
 * `usage` error for what this lab cannot be.
 */
export async function settingsOf(side: MeshSide, lab: Lab, options: SettingsOptions): Promise<MeshSettings> {
  switch (side.kind) {
    case 'current':
      return {};
    case 'version':
      if (side.version === lab.mesh.version) return {};
      return { release: await bringRelease(side.version, lab, options) };
    case 'envoy':
      return { proxyImage: await bringProxy({ envoy: side.version }, lab, options) };
    case 'proxy-image':
      return { proxyImage: await bringProxy({ image: side.image }, lab, options) };
    case 'values': {
      const values = readValues(side.file);
      upgradeOf(lab).checkValues(values);
      return { values };
    }
  }
}

async function bringRelease(
  version: string,
  lab: Lab,
  options: SettingsOptions,
): Promise<NonNullable<MeshSettings['release']>> {
  const provider = providerOf(lab.environment.provider.kind, options);
  if (provider.bringRelease) return await provider.bringRelease(lab, version, options);
  const { driver, version: installed } = lab.mesh;
  throw new MeshproofError(
    'usage',
    `${lab.environment.name} has ${driver} ${installed}, which Meshproof did not install, and gets no ${version} from it`,
    { nextStep: 'upgrade it as it was installed, and compare the two with runs of their own' },
  );
}

async function bringProxy(wish: ProxyWish, lab: Lab, options: SettingsOptions): Promise<string> {
  const provider = providerOf(lab.environment.provider.kind, options);
  if (provider.bringProxy) return await provider.bringProxy(lab, wish, options);
  if ('image' in wish) return wish.image;
  throw new MeshproofError('usage', `Meshproof builds no images for clusters of ${provider.name}`, {
    nextStep: `name an image with Envoy ${wish.envoy} that their nodes can fetch: proxy-image:REF`,
  });
}

/** A file of values. A `usage` error with file and line when it is none. */
export function readValues(file: string): NonNullable<MeshSettings['values']> {
  const document = parseDocument(readYamlText(file, { what: 'values file', nextStep: 'name a YAML file' }));
  const [syntax] = document.errors;
  const at = { file, ...(syntax?.linePos ? { line: syntax.linePos[0].line } : {}) };
  if (syntax)
    throw new MeshproofError('usage', `not valid YAML: ${syntax.message}`, {
      at,
      nextStep: 'mend the YAML syntax',
    });
  if (!isMap(document.contents))
    throw new MeshproofError('usage', 'values are a mapping', { at, nextStep: 'name a file of values' });
  return { file, document: document.toJS() as Record<string, unknown> };
}
