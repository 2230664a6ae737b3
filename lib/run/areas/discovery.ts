import type { KubernetesObject } from '@kubernetes/client-node';
import { agentWorkload } from '../agent-objects.ts';
import type { Area, AreaContext } from '../area.ts';
import { HTTP_PORT, MESH_NAMESPACE, serviceObject, SHARED_SERVICE } from '../workloads.ts';

/** Namespace whose services the mesh keeps to their own cluster (the environment's `mesh.istio.clusterLocal`). */
export const LOCAL_NAMESPACE = 'meshproof-local';
/** Its workload, with a copy in every cluster. */
export const LOCAL_SERVICE = 'till';
/** Service whose endpoints are moved in and out by a label on pods of others; at rest it has none. */
export const SHIFTING_SERVICE = 'shift';
/** A pod with this label is an endpoint of {@link SHIFTING_SERVICE}. */
export const SHIFTING_LABEL = { 'meshproof.dev/shift': 'in' } as const;
/** Workload with one pod, in one cluster only, that is scaled to zero and back. */
export const SCALED_SERVICE = 'flex';
/** Service over the shared workload's pods whose export to the other clusters is taken back and given again. */
export const OFFERED_SERVICE = 'offer';
/** Service over the shared workload's pods in some of the clusters: all but the last. */
export const PARTIAL_SERVICE = 'some';
/** Service over the shared workload's pods whose second port has another number in every cluster. */
export const DISPUTED_SERVICE = 'dispute';
/** Service over the shared workload's pods that is imported everywhere under an address of the cluster set. */
export const IMPORTED_SERVICE = 'union';
/** The first of the disputed ports; each further cluster has the next. */
const DISPUTED_PORT = 8100;
/** Label of {@link LOCAL_SERVICE}'s pods: the cluster that they are in. */
const AT_LABEL = 'meshproof.dev/at';

/** The cluster-local service that has endpoints in this cluster only. */
export function localServiceAt(cluster: string): string {
  return `${LOCAL_SERVICE}-${cluster}`;
}

/** The clusters that have endpoints of {@link PARTIAL_SERVICE}. */
export function partialClusters<T>(clusters: readonly T[]): T[] {
  return clusters.slice(0, -1);
}

/** The one cluster with pods of {@link SCALED_SERVICE}. */
export function scaledCluster<T>(clusters: readonly T[]): T | undefined {
  return clusters.at(-1);
}

/** Objects of the discovery suites: one small pod in every cluster, and one more in the last. */
export const discoveryArea: Area = {
  namespaces: ({ driver }) => ({ [LOCAL_NAMESPACE]: driver.namespaceLabels }),
  objects: (context) => [...localObjects(context), ...movingObjects(context)],
};

function localObjects({ cluster, clusters, image }: AreaContext): KubernetesObject[] {
  const app = { app: LOCAL_SERVICE };
  const till = {
    name: LOCAL_SERVICE,
    namespace: LOCAL_NAMESPACE,
    labels: { [AT_LABEL]: cluster.name },
  };
  return [
    serviceObject(LOCAL_SERVICE, LOCAL_NAMESPACE, app),
    // Same name as the shared service, in another namespace.
    serviceObject(SHARED_SERVICE, LOCAL_NAMESPACE, app),
    ...clusters.map(({ name }) =>
      serviceObject(localServiceAt(name), LOCAL_NAMESPACE, { ...app, [AT_LABEL]: name }),
    ),
    ...agentWorkload(till, { cluster, image }),
  ];
}

function movingObjects({ cluster, clusters, driver, environment, image }: AreaContext): KubernetesObject[] {
  const shared = { app: SHARED_SERVICE };
  const isPartial = partialClusters(clusters).includes(cluster);
  const imported = { name: IMPORTED_SERVICE, namespace: MESH_NAMESPACE };
  const flex = { name: SCALED_SERVICE, namespace: MESH_NAMESPACE, serverOnly: true };
  return [
    serviceObject(SHIFTING_SERVICE, MESH_NAMESPACE, SHIFTING_LABEL),
    serviceObject(OFFERED_SERVICE, MESH_NAMESPACE, shared),
    serviceObject(PARTIAL_SERVICE, MESH_NAMESPACE, isPartial ? shared : { app: 'nobody' }),
    serviceObject(IMPORTED_SERVICE, MESH_NAMESPACE, shared),
    ...(driver.mcs && environment.mesh.mcs ? [driver.mcs.reservedAddress(imported, HTTP_PORT)] : []),
    serviceObject(SCALED_SERVICE, MESH_NAMESPACE, { app: SCALED_SERVICE }),
    disputedService(clusters.indexOf(cluster)),
    ...(cluster === scaledCluster(clusters) ? agentWorkload(flex, { cluster, image, driver }) : []),
  ];
}

function disputedService(index: number): KubernetesObject {
  const service = serviceObject(DISPUTED_SERVICE, MESH_NAMESPACE, { app: SHARED_SERVICE });
  const agreed = { name: 'http', port: HTTP_PORT, targetPort: HTTP_PORT, protocol: 'TCP' };
  const disputed = { name: 'http-more', port: DISPUTED_PORT + index, targetPort: HTTP_PORT, protocol: 'TCP' };
  return {
    ...service,
    spec: { selector: service.spec.selector, ports: [agreed, disputed] },
  } as KubernetesObject;
}
