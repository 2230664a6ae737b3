import type { KubernetesObject } from '@kubernetes/client-node';
import type { LabCluster } from '../model/lab.ts';
import { AGENT_PORTS } from '../probe/wire.ts';
import { agentWorkload } from './agent-objects.ts';

/** Namespace of workloads that belong to the mesh. */
export const MESH_NAMESPACE = 'meshproof-mesh';
/** Namespace of callers that the mesh knows nothing of. */
export const OUTSIDE_NAMESPACE = 'meshproof-outside';
/** Label on everything that a run puts into a cluster; its value is the run's id. */
export const RUN_LABEL = 'meshproof.dev/run';
/** No run lasts as long; what is older was left behind. */
const EXPIRES_AFTER_MS = 2 * 3_600_000;

/** Marks objects as a run's own: which run, for which environment, and when they are surely left over (UTC). */
export function withRunLabels<T extends KubernetesObject>(
  objects: readonly T[],
  { run, environment }: { run: string; environment: string },
): T[] {
  const expires = new Date(Date.now() + EXPIRES_AFTER_MS).toISOString().slice(0, 19).replaceAll(':', '-');
  const marks = {
    [RUN_LABEL]: run,
    'meshproof.dev/environment': environment,
    'meshproof.dev/expires': expires,
  };
  return objects.map((object) => ({
    ...object,
    metadata: Object.assign({}, object.metadata, { labels: { ...object.metadata?.labels, ...marks } }),
  }));
}
export const HTTP_PORT = AGENT_PORTS.http;

/** One agent deployment, and the Service that names it. */
export interface Workload {
  name: string;
  namespace: string;
  /** Clusters in which a copy runs; its Service is in all of them, since a name must resolve where it is called. */
  copies: 'all' | readonly string[];
  /** False for callers that nobody calls. */
  service: boolean;
}

/** The service that every cluster has a copy of. */
export const SHARED_SERVICE = 'payments';
/** The caller inside the mesh, in every cluster. */
export const MESH_CALLER = 'cart';
/** The caller outside the mesh, in every cluster. */
export const OUTSIDE_CALLER = 'stranger';
/** A workload that accepts plaintext: the positive control of every rejection. */
export const TOLERANT_SERVICE = 'tolerant';
/** Headless service over the shared service's and the caller's pods: more than one address. */
export const HEADLESS_SERVICE = 'roster';

/** StatefulSet of two in every cluster, one a zone, behind a headless service of its name. */
export const SPREAD_SERVICE = 'crew';
/** One caller in the network of every node, outside the mesh. */
export const NODE_CALLER = 'sentinel';

/** The service that lives in one cluster only. */
export function localService(cluster: string): string {
  return `ledger-${cluster}`;
}

/** Every workload of a run, for clusters of these names. */
export function workloads(clusters: readonly string[]): Workload[] {
  return [
    { name: SHARED_SERVICE, namespace: MESH_NAMESPACE, copies: 'all', service: true },
    ...clusters.map((cluster) => ({
      name: localService(cluster),
      namespace: MESH_NAMESPACE,
      copies: [cluster],
      service: true,
    })),
    { name: TOLERANT_SERVICE, namespace: MESH_NAMESPACE, copies: 'all', service: true },
    { name: MESH_CALLER, namespace: MESH_NAMESPACE, copies: 'all', service: false },
    { name: OUTSIDE_CALLER, namespace: OUTSIDE_NAMESPACE, copies: 'all', service: false },
  ];
}

export interface WorkloadOptions {
  cluster: LabCluster;
  /** Image with `node` in it. */
  image: string;
}

/** The namespace and the agent's program, which all workloads of the namespace mount. */
export function namespaceObjects(
  name: string,
  labels: Record<string, string>,
  agent: string,
): KubernetesObject[] {
  const program: KubernetesObject & { data: Record<string, string> } = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'meshproof-agent', namespace: name },
    data: { 'agent.mjs': agent },
  };
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, program];
}

/** The spread StatefulSet with its headless service, and the caller on every node. */
export function commonObjects(options: WorkloadOptions): KubernetesObject[] {
  const crew = { name: SPREAD_SERVICE, namespace: MESH_NAMESPACE };
  return [
    serviceObject(crew.name, crew.namespace, { app: crew.name }, 'None'),
    ...agentWorkload({ ...crew, kind: 'StatefulSet', replicas: 2, spreadOverZones: true }, options),
    ...agentWorkload(
      { name: NODE_CALLER, namespace: OUTSIDE_NAMESPACE, kind: 'DaemonSet', hostNetwork: true },
      options,
    ),
  ];
}

/** Label that selects the pods behind {@link HEADLESS_SERVICE}. */
const ROSTER_LABEL = 'meshproof.dev/roster';

/** Account, Service and, where a copy runs in this cluster, Deployment of one workload. */
export function workloadObjects(workload: Workload, options: WorkloadOptions): KubernetesObject[] {
  const { name, namespace } = workload;
  const runsHere = workload.copies === 'all' || workload.copies.includes(options.cluster.name);
  const onRoster = name === SHARED_SERVICE || name === MESH_CALLER ? { [ROSTER_LABEL]: 'true' } : {};
  return [
    ...(workload.service ? [serviceObject(name, namespace, { app: name })] : []),
    ...(runsHere ? agentWorkload({ name, namespace, labels: onRoster }, options) : []),
  ];
}

/** The headless service; its addresses are the pods'. */
export function headlessObject(): KubernetesObject {
  return serviceObject(HEADLESS_SERVICE, MESH_NAMESPACE, { [ROSTER_LABEL]: 'true' }, 'None');
}

/** Names of the agents' ports in a Service. */
const SERVED = [
  ['http', 'TCP'],
  ['http2', 'TCP'],
  ['grpc', 'TCP'],
  ['tcp', 'TCP'],
  ['tls', 'TCP'],
  ['udp', 'UDP'],
] as const;

/** A Service with all ports that agents serve. */
export function serviceObject(
  name: string,
  namespace: string,
  selector: Record<string, string>,
  clusterIP?: 'None',
) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      ...(clusterIP ? { clusterIP } : {}),
      selector,
      // A port's name tells the mesh the protocol, as its users' services do.
      ports: SERVED.map(([name, protocol]) => ({
        name,
        port: AGENT_PORTS[name],
        targetPort: AGENT_PORTS[name],
        protocol,
      })),
    },
  };
}
