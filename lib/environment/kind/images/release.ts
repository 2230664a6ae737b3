import type { MeshRelease } from '../../../model/upgrade.ts';
import { MeshproofError } from '../../../support/errors.ts';
import { withMachineLock } from '../../../support/machine-lock.ts';
import { dockerClient, imageId } from './docker.ts';
import { loadImage } from './load.ts';
import { type Pins, readPins } from './pins.ts';
import { lockTimeout, type ProxyOptions } from './proxy.ts';
import { splitRef } from './refs.ts';
import { istioHub, pullImage } from './registry.ts';
import { istioVersion } from './source/index.ts';
import { versionTag } from './source/node.ts';

const NAMES = ['pilot', 'proxyv2'] as const;

/** Images of a release as the registry has them: those that are pinned, with another tag. */
export function releaseRefs(
  version: string,
  registry: Pick<Pins['registry'], (typeof NAMES)[number]>,
): Record<(typeof NAMES)[number], string> {
  const other = (pinned: string) => `${splitRef(pinned).name}:${version}`;
  return { pilot: other(registry.pilot), proxyv2: other(registry.proxyv2) };
}

/**
 * Pulls the images of another release of Istio, and brings them into every node of a lab that is up, once everything that it takes is
 * there: `installer` gives the istioctl of that release. Idempotent. A `usage` error where images are built from source: only what is
 * pinned can be built.
 */
export async function releaseInNodes(
  version: string,
  options: ProxyOptions & { installer: () => Promise<string> },
): Promise<MeshRelease> {
  const pins = readPins();
  if (options.mode === 'source')
    throw new MeshproofError(
      'usage',
      `images are built from source here, and the only Istio whose modules are pinned is ${istioVersion(pins)}: there is no ${version}`,
      {
        nextStep:
          'name current, envoy:VERSION, proxy-image:REF or values:FILE.yaml, or use an environment whose images come from a registry (images: registry)',
      },
    );
  const installer = await options.installer();
  const docker = dockerClient(options.dockerEnv);
  const refs = releaseRefs(version, pins.registry);
  return await withMachineLock(
    `the images in ${options.cacheDir}`,
    async () => {
      const sources = {
        pilot: await pullImage(refs.pilot, options),
        proxyv2: await pullImage(refs.proxyv2, options),
      };
      const ids = await Promise.all(NAMES.map((name) => imageId(docker, sources[name])));
      // A name must tell the content, since a node keeps what it has; and both have one tag.
      const tag = versionTag(version, ids);
      for (const name of NAMES) {
        const image = { source: sources[name], target: `${istioHub}/${name}:${tag}` };
        await loadImage(docker, options.nodes, image, options.onEvent);
      }
      return { version, hub: istioHub, tag, installer };
    },
    lockTimeout,
  );
}
