import type { PodSpec } from '../../model/fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import type { Mechanism } from '../mechanism.ts';
import { inNodeInTime } from './in-node.ts';
import { allReady, controlPlaneOf, isReady, KUBECTL, type PodSeen, podsOf } from './kubectl.ts';

/**
 * Deletes pods without a grace period: their processes are killed at once. There is nothing to revert, and no dead-man of
 * ours: their controllers make new ones, and pods that have none are not touched.
 */
export const deletePods: Mechanism = {
  async arm(plan) {
    const { pods, words } = await all(plan);
    if (pods.length === 0) throw new MeshproofError('usage', `there is no pod of ${words}`);
    const alone = pods.filter(({ metadata }) => !metadata.ownerReferences?.some((one) => one.controller));
    if (alone.length > 0) {
      const names = alone.map(({ metadata }) => metadata.name).join(', ');
      throw new MeshproofError('usage', `nobody would bring ${names} back: no controller owns it`);
    }
    return `${pods.length} pods of ${words} belong to controllers, which make new ones`;
  },
  async inject(plan) {
    const { namespace, app } = specOf(plan);
    const now = ['--grace-period=0', '--force', '--wait=false'];
    const selected = ['delete', 'pods', '--namespace', namespace, '--selector', `app=${app}`];
    await inNodeInTime(plan, controlPlaneOf(plan), [...KUBECTL, ...selected, ...now]);
  },
  async proveEffect(plan) {
    const { words } = await all(plan);
    // Names of pods are never used twice, and who was there before the deletion is older than it.
    const born = await waitFor(
      `new pods of ${words}`,
      async () => {
        const { pods } = await all(plan);
        const waiting = pods.filter((pod) => !isReady(pod));
        return waiting.length > 0 ? waiting : undefined;
      },
      { timeoutMs: 10_000, everyMs: 50 },
    ).catch((error: unknown) => {
      throw new MeshproofError('inconclusive', `no pod of ${words} was seen to go`, { cause: error });
    });
    return `pods of ${words} are gone; ${born.map(({ metadata }) => metadata.name).join(', ')} not ready yet`;
  },
  revert: async () => undefined,
  proveRevert(plan) {
    const { namespace, app } = specOf(plan);
    return allReady(plan, namespace, app);
  },
  disarm: async () => undefined,
};

function specOf({ spec }: FaultPlan): PodSpec {
  if (spec.kind === 'pod-kill') return spec;
  throw new MeshproofError('bug', `${spec.kind} deletes no pods`);
}

async function all(plan: FaultPlan): Promise<{ pods: PodSeen[]; words: string }> {
  const { namespace, app } = specOf(plan);
  return { pods: await podsOf(plan, namespace, app), words: `${namespace}/${app}` };
}
