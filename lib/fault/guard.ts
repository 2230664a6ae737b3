import type { V1Pod } from '@kubernetes/client-node';
import type { FaultPlan } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { openKube } from '../support/kube.ts';

/** Namespaces whose workloads exist to be broken. */
const OURS = /^meshproof-/;

/**
 * Workloads outside Meshproof's namespaces of which no ready copy would be left if these nodes went away, as
 * `namespace/owner`. DaemonSets and static pods belong to their node and are not counted. Pure.
 */
export function lastCopies(pods: readonly V1Pod[], nodes: readonly string[]): string[] {
  const copies = new Map<string, V1Pod[]>();
  for (const pod of pods) {
    const owner = pod.metadata?.ownerReferences?.find(
      ({ kind }) => kind === 'ReplicaSet' || kind === 'StatefulSet',
    );
    if (!owner || OURS.test(pod.metadata?.namespace ?? '') || !isReady(pod)) continue;
    const key = `${pod.metadata?.namespace}/${owner.name}`;
    copies.set(key, [...(copies.get(key) ?? []), pod]);
  }
  return [...copies]
    .filter(([, of]) => of.every((pod) => nodes.includes(pod.spec?.nodeName ?? '')))
    .map(([key]) => key);
}

/** Refuses a plan that would take the last healthy copy of something that is not ours; changes nothing. */
export async function guardFault(plan: FaultPlan, lab: Lab): Promise<void> {
  if (plan.spec.kind !== 'node-kill') return;
  const { spec } = plan;
  const cluster = lab.clusters.find(({ name }) => name === spec.cluster);
  if (!cluster) return;
  const { items } = await openKube(cluster.kubeconfig).core.listPodForAllNamespaces();
  const lost = lastCopies(
    items,
    plan.targets.map(({ node }) => node),
  );
  if (lost.length === 0) return;
  throw new MeshproofError(
    'inconclusive',
    `${plan.blastRadius}: it runs the last ready copy of ${lost.join(', ')}`,
    {
      nextStep: 'run a second copy on another node, or choose another target',
    },
  );
}

function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
