import type { FaultPlan, FaultTarget } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import { inNode } from './in-node.ts';

/** kubeadm's credentials on a control-plane node: no way of ours to the API server is needed, only the node. */
export const KUBECTL = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', '--request-timeout=10s'];

/** Runs kubectl on the control-plane node that a plan is carried out from; gives what it printed, parsed. */
export async function kubectlJson<T>(plan: FaultPlan, args: readonly string[]): Promise<T> {
  const { stdout } = await inNode(plan, controlPlaneOf(plan), [...KUBECTL, ...args, '-o', 'json']);
  return JSON.parse(stdout) as T;
}

/** As {@link kubectlJson}, for what prints nothing of use. */
export async function kubectl(plan: FaultPlan, args: readonly string[]): Promise<void> {
  await inNode(plan, controlPlaneOf(plan), [...KUBECTL, ...args]);
}

/** The first target: plans that ask the API server put the control-plane node there. */
export function controlPlaneOf({ targets, spec }: FaultPlan): FaultTarget {
  const [target] = targets;
  if (!target) throw new MeshproofError('bug', `${spec.kind} has no target`);
  return target;
}

/** What these mechanisms look at of a pod. */
export interface PodSeen {
  metadata: {
    name: string;
    uid: string;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; controller?: boolean }[];
  };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Pods of an app, as its namespace has them now. */
export async function podsOf(plan: FaultPlan, namespace: string, app: string): Promise<PodSeen[]> {
  const selector = ['--namespace', namespace, '--selector', `app=${app}`];
  return (await kubectlJson<{ items: PodSeen[] }>(plan, ['get', 'pods', ...selector])).items;
}

/** A controller makes new pods at once: where there are none for so long, there are none to wait for. */
const NONE_FOR_MS = 5000;

/** Waits until all pods of an app are ready, and says so; an `environment` error after three minutes. */
export async function allReady(plan: FaultPlan, namespace: string, app: string): Promise<string> {
  const from = Date.now();
  const ready = await waitFor(
    `all pods of ${namespace}/${app} are ready`,
    async () => {
      const pods = await podsOf(plan, namespace, app);
      const some = pods.length > 0 || Date.now() - from > NONE_FOR_MS;
      return some && pods.every(isReady) ? pods : undefined;
    },
    { timeoutMs: 180_000, everyMs: 500, nextStep: 'meshproof diagnose' },
  );
  return `${ready.length} pods of ${namespace}/${app} are ready`;
}

export function isReady({ metadata, status }: PodSeen): boolean {
  const ready =
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  return ready && metadata.deletionTimestamp === undefined;
}
