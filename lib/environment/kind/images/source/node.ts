import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshproofError } from '../../../../support/errors.ts';
import { type Docker, imageExists, imageId, removeOldImages } from '../docker.ts';
import type { Pins } from '../pins.ts';
import { type Preloaded, componentNames, preloadNodeImage, preloadScript } from '../preload.ts';
import { type Stage, type StageWork, contentHash } from '../stage.ts';
import { buildRef, imageStageName } from './images.ts';

/** The workload images, by the name of their stage. */
export type WorkloadNames = Record<'pilot' | 'proxyv2' | 'k6' | 'runtime', string>;

/** Images of the Kubernetes components, by the last part of their name. */
const components = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'coredns',
  'etcd',
  'pause',
] as const;

/** The node image with every image inside that a cluster needs. `workloads` gives their names in the cluster. */
export function nodeStage(docker: Docker, pins: Pins, workloads: WorkloadNames): Stage {
  const names = [...components, ...Object.keys(workloads)];
  return {
    name: 'node',
    needs: ['node-base', ...names].map(imageStageName),
    slot: 'engine',
    inputs: { workloads, preload: preloadScript() },
    present: (hash) => imageExists(docker, nodeRef(pins, hash)),
    run: async (work) => {
      const tag = nodeRef(pins, work.hash);
      const base = imageOf(work, 'node-base');
      const wanted = await componentNames(docker, base, pins.modules.kubernetes.version);
      const images: Preloaded[] = [
        ...wanted.map((target) => ({ source: imageOf(work, componentOf(target)), target })),
        ...Object.entries(workloads).map(([name, target]) => ({ source: imageOf(work, name), target })),
      ];
      await preloadNodeImage(docker, { base, tag, images }, work.line);
      await writeFile(join(work.dir, 'image.json'), JSON.stringify({ tag, id: await imageId(docker, tag) }));
      for (const name of ['node-base', ...names]) await removeOldImages(docker, buildRef(name, ''));
      await removeOldImages(docker, 'meshproof.dev/node:');
    },
  };
}

/** Name of the node image in the engine: the Kubernetes version, and the hash of everything in it. */
export function nodeRef(pins: Pins, hash: string): string {
  return `meshproof.dev/node:${pins.modules.kubernetes.version}-${hash}`;
}

function imageOf(work: StageWork, name: string): string {
  return buildRef(name, work.hashOf(imageStageName(name)));
}

/** `registry/path/etcd:3.6.8-0` → `etcd`. */
function componentOf(image: string): string {
  const name = /([^/:]+):[^/]+$/.exec(image)?.[1];
  const component = components.find((known) => known === name);
  if (component === undefined) {
    throw new MeshproofError('bug', `kubeadm wants the image ${image}, which no stage builds`);
  }
  return component;
}

/** A short tag that is the same for the same content. */
export function versionTag(version: string, hashes: readonly string[]): string {
  return `${version.replace(/^v/, '')}-${contentHash(hashes).slice(0, 8)}`;
}
