import { join } from 'node:path';
import { MeshproofError } from '../../../support/errors.ts';
import { checkDigests, type DigestBook, readDigests, writeDigests } from './digests.ts';
import { type Docker, dockerClient, imageExists, imageId } from './docker.ts';
import type { EnsureImagesOptions, ImageSet } from './image-set.ts';
import { type RegistryRefs, readPins } from './pins.ts';
import { type Preloaded, preloadNodeImage, preloadScript } from './preload.ts';
import { pullRef, splitRef } from './refs.ts';
import { contentHash } from './stage.ts';

export interface RegistryOptions extends Omit<EnsureImagesOptions, 'mode'> {
  /** Images to pull instead of the pinned ones; for tests. */
  refs?: RegistryRefs;
}

/**
 * Pulls the pinned images (through the mirror, when there is one), holds their digests against those of the
 * first pull, and makes a node image with the workloads' images inside. Throws an `environment` error when an
 * image can't be pulled or is not the recorded one.
 */
export async function imagesFromRegistry(options: RegistryOptions): Promise<ImageSet> {
  const docker = dockerClient(options.dockerEnv);
  const refs = options.refs ?? readPins().registry;
  const digests: DigestBook = {};
  for (const ref of Object.values(refs)) {
    digests[ref] = await stage(options, `pull ${ref}`, (line) => pull(docker, ref, options.mirror, line));
  }
  const file = join(options.cacheDir, 'digests.json');
  await writeDigests(file, checkDigests(await readDigests(file), digests, file));
  const names = clusterNames(refs);
  const node = `meshproof.dev/node:${splitRef(refs.node).tag}-${contentHash([digests, names, preloadScript()])}`;
  if (await imageExists(docker, node)) {
    options.onEvent({ stage: 'node', state: 'cached' });
  } else {
    const images = workloads.map((name): Preloaded => ({ source: local(refs[name]), target: names[name] }));
    const plan = { base: local(refs.node), tag: node, images };
    await stage(options, 'node', (line) => preloadNodeImage(docker, plan, line));
  }
  return {
    mode: 'registry',
    node,
    cni: 'built-in',
    istio: {
      hub: istioHub,
      tag: splitRef(refs.pilot).tag,
      version: splitRef(refs.pilot).tag,
      proxy: 'istio',
    },
    k6: names.k6,
    runtime: names.runtime,
    versions: {
      kubernetes: splitRef(refs.node).tag,
      istio: splitRef(refs.pilot).tag,
      k6: splitRef(refs.k6).tag,
      node: splitRef(refs.runtime).tag,
    },
    digests,
  };
}

export const istioHub = 'meshproof.dev/istio';
const workloads = ['pilot', 'proxyv2', 'k6', 'runtime'] as const;

/** The workloads' names in the cluster; the same scheme as for images from source. */
function clusterNames(refs: RegistryRefs): Record<(typeof workloads)[number], string> {
  const [pilot, proxy] = [splitRef(refs.pilot).tag, splitRef(refs.proxyv2).tag];
  if (pilot !== proxy) {
    throw new MeshproofError('usage', `istio's images have two versions: pilot ${pilot}, proxyv2 ${proxy}`, {
      nextStep: 'give both the same tag in environments/kind-node/pins.json',
    });
  }
  return {
    pilot: `${istioHub}/pilot:${pilot}`,
    proxyv2: `${istioHub}/proxyv2:${proxy}`,
    k6: `meshproof.dev/k6:${splitRef(refs.k6).tag}`,
    runtime: `meshproof.dev/runtime:${splitRef(refs.runtime).tag}`,
  };
}

/** Name under which a pulled image is kept, whichever mirror it came from. */
function local(ref: string): string {
  const { name, tag } = splitRef(ref);
  return `meshproof.dev/pulled/${name}:${tag}`;
}

/** Pulls one image more; gives the name under which the engine has it. An `environment` error when it can't be pulled. */
export async function pullImage(
  ref: string,
  options: Pick<RegistryOptions, 'dockerEnv' | 'mirror' | 'onEvent'>,
): Promise<string> {
  const docker = dockerClient(options.dockerEnv);
  await stage(options, `pull ${ref}`, (line) => pull(docker, ref, options.mirror, line));
  return local(ref);
}

/** Pulls one image, names it for us, and gives its repository digest. */
async function pull(
  docker: Docker,
  pinned: string,
  mirror: string | undefined,
  onLine: (line: string) => void,
): Promise<string> {
  const ref = pullRef(pinned, mirror);
  await docker.run(['pull', ref], {
    timeout: 1_800_000,
    onLine,
    nextStep:
      'check the network and the name of the mirror (--registry-mirror HOST/PREFIX), or use --images source',
  });
  const { name, digest } = splitRef(ref);
  const pulled = digest === undefined ? ref : `${name}@${digest}`;
  await docker.run(['tag', pulled, local(pinned)]);
  const { stdout } = await docker.run([
    'image',
    'inspect',
    '--format',
    '{{join .RepoDigests "\\n"}}',
    pulled,
  ]);
  // Docker leaves `library/` out of the names of its default registry.
  const ours = [`${name}@`, `${name.replace(/^library\//, '')}@`];
  const found = stdout.split('\n').find((line) => ours.some((start) => line.startsWith(start)));
  return found?.split('@')[1] ?? (await imageId(docker, pulled));
}

async function stage<T>(
  options: Pick<RegistryOptions, 'onEvent'>,
  name: string,
  work: (onLine: (line: string) => void) => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  options.onEvent({ stage: name, state: 'start' });
  try {
    const result = await work((line) => options.onEvent({ stage: name, state: 'line', line }));
    options.onEvent({ stage: name, state: 'done', seconds: seconds() });
    return result;
  } catch (error) {
    options.onEvent({ stage: name, state: 'failed', seconds: seconds() });
    throw error;
  }
}
