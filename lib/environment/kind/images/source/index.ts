import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerClient } from '../docker.ts';
import type { EnsureImagesOptions, ImageSet } from '../image-set.ts';
import { imageId } from '../docker.ts';
import { type Pins, readPins } from '../pins.ts';
import { runStages } from '../run-stages.ts';
import { type Stage, stageHashes } from '../stage.ts';
import { componentImages } from './components.ts';
import { requireFreeDisk } from './disk.ts';
import { bundledNodeVersion, envoyStage, nodeBinaryStage, rootfsStage } from './fetch.ts';
import { goStages } from './go.ts';
import { imageStageName } from './images.ts';
import { nodeBaseImage } from './node-base.ts';
import { type WorkloadNames, nodeRef, nodeStage, versionTag } from './node.ts';
import { workloadImages } from './workloads.ts';

export const istioHub = 'meshproof.dev/istio';

/**
 * Builds every image from pinned Go modules, Debian packages and Envoy's wheel, or finds what an earlier run
 * built. Throws an `environment` error when the disk is too full or a stage fails.
 */
export async function imagesFromSource(options: EnsureImagesOptions): Promise<ImageSet> {
  const pins = readPins();
  const docker = dockerClient(options.dockerEnv);
  const { stages, workloads, istioTag } = sourceStages(options.dockerEnv, pins);
  const root = join(options.cacheDir, 'build');
  const hash = stageHashes(stages).get('node') ?? '';
  const node = nodeRef(pins, hash);
  await mkdir(root, { recursive: true });
  if (!(await stages.at(-1)?.present?.(hash))) await requireFreeDisk(root, options.freeBytes);
  await runStages(stages, ['node'], {
    root,
    onEvent: options.onEvent,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  return {
    mode: 'source',
    node,
    cni: 'meshproof',
    istio: { hub: istioHub, tag: istioTag, version: istioVersion(pins), proxy: 'envoy' },
    k6: workloads.k6,
    runtime: workloads.runtime,
    versions: sourceVersions(pins),
    digests: { node: await imageId(docker, node) },
  };
}

/** The whole stage graph; the last stage is the node image, which needs all others. */
export function sourceStages(dockerEnv: Record<string, string>, pins: Pins = readPins()) {
  const docker = dockerClient(dockerEnv);
  const parts: Stage[] = [
    rootfsStage(pins),
    envoyStage(pins.envoy),
    nodeBinaryStage(),
    ...goStages(pins),
    ...componentImages(docker),
    ...workloadImages(docker, pins.envoy.version),
    nodeBaseImage(docker, pins),
  ];
  const hashes = stageHashes(parts);
  const hashOf = (...names: string[]) => names.map((name) => hashes.get(imageStageName(name)) ?? '');
  const istioTag = versionTag(istioVersion(pins), hashOf('pilot', 'proxyv2'));
  const workloads: WorkloadNames = {
    pilot: `${istioHub}/pilot:${istioTag}`,
    proxyv2: `${istioHub}/proxyv2:${istioTag}`,
    k6: `meshproof.dev/k6:${versionTag(pins.modules.k6.version, hashOf('k6'))}`,
    runtime: `meshproof.dev/runtime:${versionTag(bundledNodeVersion(), hashOf('runtime'))}`,
  };
  return { stages: [...parts, nodeStage(docker, pins, workloads)], workloads, istioTag };
}

/** What istiod and istioctl call themselves: the version that their module's VERSION file names, and the commit. */
export function istioVersion(pins: Pins): string {
  const stamped = pins.modules.istio.stamp['istio.io/istio/pkg/version.buildVersion'];
  return stamped ?? pins.modules.istio.version;
}

function sourceVersions(pins: Pins): Record<string, string> {
  const modules = Object.entries(pins.modules).map(([name, pin]) => [name, pin.version] as const);
  return {
    ...Object.fromEntries(modules),
    istio: istioVersion(pins),
    envoy: pins.envoy.version,
    node: bundledNodeVersion(),
    debian: pins.debian.suite,
  };
}
