import { type Side, SIDES } from '../../model/comparison.ts';
import type { LabCluster } from '../../model/lab.ts';
import { agentWorkload } from '../agent-objects.ts';
import type { Area, AreaContext } from '../area.ts';
import { localService, serviceObject } from '../workloads.ts';

/** The namespace of each side: its callers call its own services, so that no call goes by both versions. */
export const SIDE_NAMESPACES: Record<Side, string> = { from: 'meshproof-side-from', to: 'meshproof-side-to' };
/** The caller of a side, in every cluster. */
export const SIDE_CALLER = 'courier';

/**
 * The same callers and services twice, side by side: one pair for what runs now, one for the candidate, each pod on the node of
 * its twin, so that nothing but the mesh differs. `labels` decide which control plane a side's pods belong to; `sides` may be
 * one of them, for versions that run one after the other.
 */
export function sidesArea(
  labels: (side: Side, context: AreaContext) => Record<string, string>,
  sides: readonly Side[] = SIDES,
): Area {
  return {
    namespaces: (context) =>
      Object.fromEntries(sides.map((side) => [SIDE_NAMESPACES[side], labels(side, context)])),
    objects: (context) => sides.flatMap((side) => sideObjects(SIDE_NAMESPACES[side], context)),
  };
}

function sideObjects(namespace: string, context: AreaContext) {
  const { cluster, clusters } = context;
  const { caller, server } = placesIn(cluster);
  return [
    ...clusters.map(({ name }) => {
      const service = localService(name);
      // Its name is known in every cluster, its pods in one.
      return serviceObject(service, namespace, { app: service });
    }),
    ...agentWorkload(
      { name: localService(cluster.name), namespace, serverOnly: true, node: server },
      context,
    ),
    ...agentWorkload({ name: SIDE_CALLER, namespace, measures: true, node: caller }, context),
  ];
}

/** Callers and servers on different workers where there are two: an in-cluster call then crosses from node to node. */
export function placesIn({ nodes }: Pick<LabCluster, 'nodes'>): { caller: string; server: string } {
  const workers = nodes.filter(({ role }) => role === 'worker');
  const usable = workers.length > 0 ? workers : nodes;
  return { caller: usable[0]?.name ?? '', server: usable.at(-1)?.name ?? '' };
}
