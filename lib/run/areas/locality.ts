import type { Area } from '../area.ts';
import { MESH_NAMESPACE, SHARED_SERVICE, serviceObject } from '../workloads.ts';

/** The service whose calls are split over the clusters by weight. */
export const WEIGHTED_SERVICE = 'weighted';

/** Percent of the calls that the first cluster gets; the others share the rest. */
const FIRST_SHARE = 80;

/** The service that callers of one cluster call, so that moving its endpoints concerns them alone. */
export function nearbyFor(cluster: string): string {
  return `nearby-${cluster}`;
}

/** Label that puts a pod behind {@link nearbyFor}; tests set it and take it away. */
export function nearbyLabel(cluster: string): string {
  return `meshproof.dev/${nearbyFor(cluster)}`;
}

/** Weights of the clusters in percent, which sum up to 100. */
export function weightsOf(clusters: readonly string[]): Record<string, number> {
  const others = clusters.length - 1;
  if (others < 1) return Object.fromEntries(clusters.map((name) => [name, 100]));
  const each = Math.floor((100 - FIRST_SHARE) / others);
  return Object.fromEntries(clusters.map((name, index) => [name, index === 0 ? 100 - each * others : each]));
}

/** Services over common workloads, and the rules that this capability is about; for these services only. */
export const localityArea: Area = {
  objects: ({ driver, environment, clusters }) => {
    const names = clusters.map(({ name }) => name);
    const named = (name: string) => ({ name, namespace: MESH_NAMESPACE });
    return [
      ...names.flatMap((name) => [
        serviceObject(nearbyFor(name), MESH_NAMESPACE, { [nearbyLabel(name)]: 'true' }),
        ...(driver.locality?.nearestFirst(environment, named(nearbyFor(name))) ?? []),
      ]),
      serviceObject(WEIGHTED_SERVICE, MESH_NAMESPACE, { app: SHARED_SERVICE }),
      ...(names.length > 1
        ? (driver.locality?.split(environment, named(WEIGHTED_SERVICE), weightsOf(names)) ?? [])
        : []),
    ];
  },
};
