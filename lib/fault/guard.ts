import type { V1Pod } from '@kubernetes/client-node';
import type { FaultPlan } from '../model/fault-plan.ts';
import type { Lab } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { openKube } from '../support/kube.ts';
import { mustBeDisturbable } from './consent.ts';
import { guardLimits } from './limits.ts';
import { DEPLOYMENTS } from './mechanisms/scale.ts';
import { CONTAINERS } from './mechanisms/signal.ts';

/** Namespaces whose workloads exist to be broken. */
const OURS = /^meshproof-/;

/**
 * Workloads outside Meshproof's namespaces of which no ready copy would be left if these pods went away, as
 * `namespace/owner`. DaemonSets and static pods belong to their node and are not counted. Pure.
 */
export function lastCopies(pods: readonly V1Pod[], taken: readonly V1Pod[]): string[] {
  const copies = new Map<string, V1Pod[]>();
  for (const pod of pods) {
    const owner = pod.metadata?.ownerReferences?.find(
      ({ kind }) => kind === 'ReplicaSet' || kind === 'StatefulSet',
    );
    if (!owner || OURS.test(pod.metadata?.namespace ?? '') || !isReady(pod)) continue;
    const key = `${pod.metadata?.namespace}/${owner.name}`;
    copies.set(key, [...(copies.get(key) ?? []), pod]);
  }
  return [...copies].filter(([, of]) => of.every((pod) => taken.includes(pod))).map(([key]) => key);
}

/** Pods that a plan takes away, wholly or for its time: those on its nodes, or the copies of the program that it stops. */
export function podsTaken(plan: FaultPlan, pods: readonly V1Pod[]): V1Pod[] {
  const nodes = plan.targets.map(({ node }) => node);
  switch (plan.spec.kind) {
    case 'node-kill':
    case 'node-reboot':
    case 'node-terminate':
    case 'node-pause':
    case 'zone-outage':
    case 'cluster-outage':
    case 'node-partition':
    case 'conntrack-full':
      return pods.filter(({ spec }) => nodes.includes(spec?.nodeName ?? ''));
    case 'process-freeze': {
      const { namespace, container } = CONTAINERS[plan.spec.program];
      return pods.filter(
        ({ metadata, spec }) =>
          metadata?.namespace === namespace && spec?.containers.some(({ name }) => name === container),
      );
    }
    case 'workload-outage': {
      const { namespace, selector } = DEPLOYMENTS[plan.spec.program];
      const [label = '', value] = selector.split('=');
      return pods.filter(
        ({ metadata }) => metadata?.namespace === namespace && metadata.labels?.[label] === value,
      );
    }
    case 'pod-kill':
    case 'pod-crash-loop': {
      const { namespace, app } = plan.spec;
      return pods.filter(
        ({ metadata }) => metadata?.namespace === namespace && metadata.labels?.['app'] === app,
      );
    }
    // Containers go on without them, and so do the pods of a cluster whose link is cut.
    case 'kubelet-stop':
    case 'runtime-stop':
    case 'api-outage':
    case 'certificate-expiry':
    case 'bad-root':
    case 'link-partition':
    case 'link-loss':
    case 'link-bandwidth':
    case 'link-latency':
    case 'mtu-black-hole':
    case 'route-black-hole':
    case 'peering-route-removal':
    case 'transit-gateway-disassociation':
    case 'health-check-inversion':
    case 'dns-loss':
    case 'dns-latency':
    case 'dns-wrong-answers':
    case 'process-slow':
    case 'cpu-pressure':
    case 'memory-pressure':
    case 'disk-pressure':
      return [];
  }
}

/**
 * Refuses a plan that must not be carried out, before anything is touched: clusters that have not opted in, what is beyond the
 * limits of the environment together with the faults that are open, and the last healthy copy of something that is not ours.
 */
export async function guardFault(
  plan: FaultPlan,
  lab: Lab,
  options: { open?: readonly FaultPlan[]; allowLastCopy?: boolean } = {},
): Promise<void> {
  mustBeDisturbable(lab, plan.blastRadius);
  guardLimits(plan, lab, options.open);
  if (options.allowLastCopy !== true) await guardCopies(plan, lab);
}

/** Refuses a plan that would take the last healthy copy of something that is not ours; changes nothing. */
async function guardCopies(plan: FaultPlan, lab: Lab): Promise<void> {
  const names = new Set(plan.targets.map(({ cluster }) => cluster));
  const lost: string[] = [];
  for (const { name, kubeconfig } of lab.clusters) {
    if (!names.has(name)) continue;
    const { items } = await openKube(kubeconfig).core.listPodForAllNamespaces();
    lost.push(...lastCopies(items, podsTaken(plan, items)));
  }
  if (lost.length === 0) return;
  throw new MeshproofError(
    'inconclusive',
    `${plan.blastRadius}: it runs the last ready copy of ${lost.join(', ')}`,
    { nextStep: 'run a second copy elsewhere, choose another target, or allow it (--allow-last-copy)' },
  );
}

function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
