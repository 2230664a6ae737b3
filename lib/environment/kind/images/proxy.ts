import { MeshproofError } from '../../../support/errors.ts';
import { withMachineLock } from '../../../support/machine-lock.ts';
import type { ProxyWish } from '../../provider.ts';
import { type Docker, dockerClient, imageExists, imageId } from './docker.ts';
import type { EnsureImagesOptions } from './image-set.ts';
import { loadImage } from './load.ts';
import { splitRef } from './refs.ts';
import { pullImage } from './registry.ts';
import { type CandidateImage, candidateProxy } from './source/candidate.ts';

/** A cold build takes 20 minutes; another process may have just begun one. */
export const lockTimeout = 45 * 60_000;

export interface ProxyOptions extends Omit<EnsureImagesOptions, 'mode'> {
  /** Where the images of the lab came from. */
  mode: 'source' | 'registry';
  /** Containers of its nodes. */
  nodes: readonly string[];
}

/**
 * Makes or fetches another proxy's image, and brings it into every node of a lab that is up; gives the name by which pods ask
 * for it. Idempotent. A `usage` error for what cannot be had where the lab's images came from.
 */
export async function proxyInNodes(wish: ProxyWish, options: ProxyOptions): Promise<string> {
  const docker = dockerClient(options.dockerEnv);
  return await withMachineLock(
    `the images in ${options.cacheDir}`,
    async () => {
      const image = await ('envoy' in wish
        ? onEnvoy(wish.envoy, options)
        : byReference(docker, wish.image, options));
      if (!image.preloaded) await loadImage(docker, options.nodes, image, options.onEvent);
      return image.target;
    },
    lockTimeout,
  );
}

async function onEnvoy(version: string, options: ProxyOptions): Promise<CandidateImage> {
  if (options.mode === 'source') return await candidateProxy(version, options);
  throw new MeshproofError('usage', `the images of this lab are Istio's own, each with its own Envoy`, {
    nextStep: `name the image that has Envoy ${version}: proxy-image:istio/proxyv2:VERSION`,
  });
}

/** An image that the engine has, or that is pulled. Its name in the nodes tells its content, so that a tag may move. */
async function byReference(docker: Docker, ref: string, options: ProxyOptions): Promise<CandidateImage> {
  let source = ref;
  if (!(await imageExists(docker, ref))) {
    if (options.mode === 'source')
      throw new MeshproofError('usage', `the engine has no image ${ref}, and images are not pulled here`, {
        nextStep: `docker load it into the engine at ${options.dockerEnv['DOCKER_HOST'] ?? 'DOCKER_HOST'}`,
      });
    source = await pullImage(ref, options);
  }
  const { name, tag } = splitRef(ref);
  const id = (await imageId(docker, source)).replace('sha256:', '').slice(0, 8);
  return { source, target: `meshproof.dev/loaded/${name.toLowerCase()}:${tag}-${id}`, preloaded: false };
}
