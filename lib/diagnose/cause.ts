import type { Facts } from '../model/diagnosis.ts';

/** A likely cause. The weight orders causes: 100 explains any failure, 10 is a remark. */
export interface Cause {
  weight: number;
  words: string;
}

/**
 * True when a pod or a workload has to do with the question: either end of the call, or the platform, which has to do with
 * everything. Other workloads of the run may be moved about by other tests.
 */
export function concerns(
  one: { namespace: string; name: string },
  { question: { from, to }, clusters }: Facts,
): boolean {
  if ((from === undefined && to === undefined) || !one.namespace.startsWith('meshproof-')) return true;
  const ends = [from?.workload, to?.service].filter((end) => end !== undefined);
  const behind = clusters.flatMap(({ service }) => [...(service?.ready ?? []), ...(service?.notReady ?? [])]);
  return ends.some((end) => one.name.startsWith(end)) || behind.includes(one.name);
}

/** Weight of what concerns a cluster: half when the question is about another one. */
export function about(weight: number, cluster: string, { question: { from, to } }: Facts): number {
  if (from === undefined && to === undefined) return weight;
  return cluster === from?.cluster || to?.cluster === undefined || cluster === to.cluster
    ? weight
    : weight / 2;
}
