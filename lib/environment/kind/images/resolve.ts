import { withMachineLock } from '../../../support/machine-lock.ts';
import { dockerClient } from './docker.ts';
import type { EnsureImagesOptions, ImageSet } from './image-set.ts';
import { readPins } from './pins.ts';
import { pullRef } from './refs.ts';
import { imagesFromRegistry } from './registry.ts';
import { imagesFromSource } from './source/index.ts';

export type { EnsureImagesOptions, ImageSet } from './image-set.ts';

/** The registry has this long to name one manifest before `auto` builds from source; milliseconds. */
const probeTimeout = 15_000;
/** A cold build takes 20 minutes; another process may have just begun one. */
const lockTimeout = 45 * 60_000;

/**
 * The images of an environment, pulled or built when they are not there yet. `auto` asks the registry once and
 * builds from source when it does not answer; with MESHPROOF_IMAGES=source (or =registry) in the environment
 * nothing is asked. Throws `environment` errors that name the image or the stage that failed.
 */
export async function ensureImages(
  options: EnsureImagesOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ImageSet> {
  const mode = await chooseMode(options, env);
  const make = mode === 'source' ? imagesFromSource : imagesFromRegistry;
  return await withMachineLock(`the images in ${options.cacheDir}`, () => make(options), lockTimeout);
}

/** What `auto` means here: one question to the registry, about the smallest of the pinned images. */
export async function chooseMode(
  options: Pick<EnsureImagesOptions, 'mode' | 'mirror' | 'dockerEnv'>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<'source' | 'registry'> {
  if (options.mode !== 'auto') return options.mode;
  const wish = env['MESHPROOF_IMAGES'];
  if (wish === 'source' || wish === 'registry') return wish;
  const ref = pullRef(readPins().registry.k6, options.mirror);
  const docker = dockerClient(options.dockerEnv);
  const insecure = isLoopback(options.mirror) ? ['--insecure'] : [];
  const answer = await docker.try(['manifest', 'inspect', ...insecure, ref], { timeout: probeTimeout });
  return answer.exitCode === 0 ? 'registry' : 'source';
}

/** The engine itself speaks plain HTTP to a registry on loopback; the probe, made by the client, must be told. */
function isLoopback(mirror: string | undefined): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+)(:|\/|$)/.test(mirror ?? '');
}
