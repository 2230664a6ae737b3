import type { KubernetesObject } from '@kubernetes/client-node';
import type { Lab } from '../model/lab.ts';
import { type Kube, ignoreMissing, isStatus, openKube, waitFor } from '../support/kube.ts';
import { runInNode } from '../support/node-access.ts';
import { bringMesh, clusterOf, removeCanary, renewProxies } from './mesh-change.ts';

/** Names one object. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** Pods by their labels. */
export interface PodSelector {
  namespace: string;
  labelSelector: string;
}

/** How one change is undone; complete enough for another process on another day. */
export type Undo =
  /** Puts the object back as it was; null: it was not there, so it is deleted. */
  | { kind: 'object'; cluster: string; ref: ObjectRef; before: KubernetesObject | null }
  | { kind: 'command'; container: string; command: string[] }
  /** Gives the mesh of a cluster its own settings again, and every proxy that is none of these pods (by their uid) a new start. */
  | { kind: 'mesh'; cluster: string; untouched: string[] }
  /** Takes the second control plane of a cluster away. */
  | { kind: 'canary'; cluster: string }
  /** What these pods mount was put back just before: they are shown it. */
  | { kind: 'touch'; cluster: string; pods: PodSelector };

/** Undoes one change, and says what it did. Idempotent. */
export async function carryOut(lab: Lab, undo: Undo): Promise<string> {
  switch (undo.kind) {
    case 'command': {
      const result = await inContainer(lab, undo.container, undo.command);
      if (result.exitCode === 0) return `${undo.command.join(' ')} on ${undo.container}`;
      throw new Error(`${undo.container}: ${undo.command.join(' ')}: ${result.stderr}`);
    }
    case 'touch': {
      const { core } = kubeOf(lab, undo.cluster);
      await touchPods(core, undo.pods, new Date().toISOString());
      // Removing the mark is a change, too: nothing of ours is left on a pod that is not ours.
      await touchPods(core, undo.pods, null);
      return `${undo.pods.labelSelector} in ${undo.cluster} shown what it mounts`;
    }
    case 'mesh':
      await bringMesh(lab, undo.cluster, {});
      await renewProxies(lab, undo.cluster, ({ uid }) => !undo.untouched.includes(uid));
      return `mesh of ${undo.cluster} as it was installed`;
    case 'canary': {
      const removed = await removeCanary(lab, undo.cluster);
      return `second control plane of ${undo.cluster} removed (${removed.length} objects)`;
    }
    case 'object':
      return putBack(kubeOf(lab, undo.cluster), undo);
  }
}

/** Puts one object back as it was. */
export async function putBack(
  { objects }: { objects: Pick<Kube['objects'], 'read' | 'create' | 'replace' | 'delete'> },
  { cluster, ref, before }: Extract<Undo, { kind: 'object' }>,
): Promise<string> {
  if (before === null) {
    await ignoreMissing(objects.delete(ref));
    await finalized(objects, ref);
    return `${words(ref)} removed from ${cluster}`;
  }
  // Once more when something else wrote in between; a controller that never rests is left to the next sweep.
  for (let again = true; ; again = false) {
    const current = await ignoreMissing(objects.read(ref));
    try {
      await (current
        ? objects.replace(withVersion(before, current.metadata?.resourceVersion))
        : objects.create(before));
      return `${words(ref)} as before in ${cluster}`;
    } catch (error) {
      if (!again || !(isStatus(error, 409) || isStatus(error, 404))) throw error;
    }
  }
}

/** Time for controllers to let an object go: that of service ranges takes its time (Kubernetes, servicecidrs: 10 s). */
const FINALIZED_MS = 60_000;

/** Waits until nobody holds an object back that was deleted: until then it is in force. Others, as pods that end, are not waited for. */
async function finalized(objects: Pick<Kube['objects'], 'read'>, ref: ObjectRef): Promise<void> {
  await waitFor(
    `${words(ref)} is gone`,
    async () => {
      const left = await ignoreMissing(objects.read(ref));
      return left === undefined || (left.metadata?.finalizers ?? []).length === 0;
    },
    { timeoutMs: FINALIZED_MS, everyMs: 250 },
  );
}

const TOUCHED = 'meshproof.dev/touched';

/** Sets or removes a mark on pods. The kubelet looks at a pod's volumes when the pod changes, and else every minute or so. */
export async function touchPods(
  core: Kube['core'],
  { namespace, labelSelector }: PodSelector,
  mark: string | null,
): Promise<void> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector });
  for (const { metadata } of items) {
    const name = metadata?.name ?? '';
    const had = metadata?.annotations !== undefined;
    const isMarked = metadata?.annotations?.[TOUCHED] !== undefined;
    const path = `/metadata/annotations/${TOUCHED.replace('/', '~1')}`;
    const set = had
      ? { op: 'add', path, value: mark }
      : { op: 'add', path: '/metadata/annotations', value: { [TOUCHED]: mark } };
    if (mark === null && !isMarked) continue;
    const body = [mark === null ? { op: 'remove', path } : set];
    await ignoreMissing(core.patchNamespacedPod({ namespace, name, body }));
  }
}

/** An object without what the API server keeps itself. */
export function bare(object: KubernetesObject): KubernetesObject {
  const kept = Object.entries(object.metadata ?? {}).filter(([name]) => !KEPT_BY_SERVER.has(name));
  const { status, ...rest } = object as KubernetesObject & { status?: unknown };
  void status;
  return { ...rest, metadata: Object.fromEntries(kept) };
}

const KEPT_BY_SERVER = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'generation',
  'selfLink',
]);

function withVersion(object: KubernetesObject, resourceVersion: string | undefined): KubernetesObject {
  return { ...object, metadata: Object.assign({}, object.metadata, { resourceVersion }) };
}

/** An `ObjectRef` in words. */
export function words({ kind, metadata }: ObjectRef): string {
  return [kind, [metadata.namespace, metadata.name].filter(Boolean).join('/')].join(' ');
}

/** The API of a cluster of the lab. */
export function kubeOf(lab: Lab, cluster: string): Kube {
  return openKube(clusterOf(lab, cluster).kubeconfig);
}

/** Runs a command in a node. */
export function inContainer(lab: Lab, container: string, command: readonly string[]) {
  return runInNode(lab.access, container, command);
}
