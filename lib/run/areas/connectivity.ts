import type { KubernetesObject } from '@kubernetes/client-node';
import type { Area, AreaContext } from '../area.ts';
import { ALL_PORTS, localService, MESH_NAMESPACE, serviceObject } from '../workloads.ts';

/** Service that lives in one cluster only and carries what takes long: its calls have no time limit of the mesh. */
export function ferryService(cluster: string): string {
  return `ferry-${cluster}`;
}

/**
 * Objects of the connectivity suites: one more name for each cluster's own workload, no pods. A mesh-wide time limit for a
 * try (the environment's `resilience.tryTimeout`) also ends streams and large transfers; whoever has such calls lifts it
 * for their service, and so does this one. That a protocol gets through is one thing, how soon on a busy machine another.
 */
export const connectivityArea: Area = { objects: ferries };

function ferries({ clusters, driver }: AreaContext): KubernetesObject[] {
  return clusters.flatMap(({ name }) => {
    const service = { name: ferryService(name), namespace: MESH_NAMESPACE };
    return [
      serviceObject(service.name, service.namespace, { app: localService(name) }, { ports: ALL_PORTS }),
      ...(driver.timeLimits?.liftAll(service) ?? []),
    ];
  });
}
