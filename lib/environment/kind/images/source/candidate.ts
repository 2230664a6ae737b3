import { join } from 'node:path';
import { MeshproofError } from '../../../../support/errors.ts';
import { dockerClient, removeOldImages } from '../docker.ts';
import type { EnsureImagesOptions } from '../image-set.ts';
import { type Pins, readPins } from '../pins.ts';
import { runStages } from '../run-stages.ts';
import { type Stage, stageHashes } from '../stage.ts';
import { envoyStage } from './fetch.ts';
import { buildRef, imageStage, imageStageName } from './images.ts';
import { istioHub, istioVersion, sourceStages } from './index.ts';
import { versionTag } from './node.ts';
import { proxyImage } from './workloads.ts';

/** An image in the engine, and the name by which pods ask for it. */
export interface CandidateImage {
  source: string;
  target: string;
  /** True when every node of a lab from source has it from its first boot on. */
  preloaded: boolean;
}

/**
 * Builds the proxy of the pinned Istio on another pinned Envoy, by the stages of all other images, or finds what an earlier
 * run built. A `usage` error names the versions that there are.
 */
export async function candidateProxy(
  envoy: string,
  options: Omit<EnsureImagesOptions, 'mode'>,
): Promise<CandidateImage> {
  const plan = candidatePlan(options.dockerEnv, envoy);
  await runStages(plan.stages, [plan.stage], {
    root: join(options.cacheDir, 'build'),
    onEvent: options.onEvent,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const repository = plan.image.source.replace(/[^:]*$/, '');
  if (!plan.image.preloaded) await removeOldImages(dockerClient(options.dockerEnv), repository);
  return plan.image;
}

/** What is built for a version of Envoy, and what it is called. */
export function candidatePlan(
  dockerEnv: Record<string, string>,
  envoy: string,
  pins: Pins = readPins(),
): { stages: Stage[]; stage: string; image: CandidateImage } {
  const { stages, workloads } = sourceStages(dockerEnv, pins);
  if (envoy === pins.envoy.version) {
    const stage = imageStageName('proxyv2');
    const source = buildRef('proxyv2', stageHashes(stages).get(stage) ?? '');
    return { stages, stage, image: { source, target: workloads.proxyv2, preloaded: true } };
  }
  const pin = pins.envoyCandidates.find(({ version }) => version === envoy);
  if (!pin) {
    const known = [pins.envoy, ...pins.envoyCandidates].map(({ version }) => version).join(', ');
    throw new MeshproofError('usage', `there is no pinned Envoy ${envoy}`, {
      nextStep: `name one of ${known}, or pin its wheel under envoyCandidates in environments/kind-node/pins.json`,
    });
  }
  const name = `proxyv2-envoy-${envoy}`;
  const from = `envoy-${envoy}`;
  const more = [
    envoyStage(pin, from),
    imageStage(dockerClient(dockerEnv), proxyImage(envoy, { name, envoy: from })),
  ];
  const stage = imageStageName(name);
  const hash = stageHashes([...stages, ...more]).get(stage) ?? '';
  const tag = versionTag(`${istioVersion(pins)}-envoy-${envoy}`, [hash]);
  return {
    stages: [...stages, ...more],
    stage,
    image: { source: buildRef(name, hash), target: `${istioHub}/proxyv2:${tag}`, preloaded: false },
  };
}
