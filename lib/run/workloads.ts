import type { KubernetesObject } from '@kubernetes/client-node';
import type { MeshDriver } from '../mesh/driver.ts';
import { AGENT_PORTS } from '../probe/wire.ts';
import { type AgentContext, agentWorkload } from './agent-objects.ts';

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
  /** True when it calls nobody. */
  serverOnly?: boolean;
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

/**
 * A second name for the shared service's pods, without the mesh's limits of time: what fails there fails for want of trust
 * or of a way, and not because a small machine was slow for some seconds while every proxy took up a change.
 */
export const ANCHOR_SERVICE = 'anchor';

/** StatefulSet of two in every cluster, one a zone, behind a headless service of its name. */
export const SPREAD_SERVICE = 'crew';
/** One caller in the network of every node, outside the mesh. */
export const NODE_CALLER = 'sentinel';

/** The service that lives in one cluster only. */
export function localService(cluster: string): string {
  return `ledger-${cluster}`;
}

/** The workloads of every run, for clusters of these names. */
export function workloads(clusters: readonly string[]): Workload[] {
  return [
    { name: SHARED_SERVICE, namespace: MESH_NAMESPACE, copies: 'all', service: true },
    ...clusters.map((cluster) => ({
      name: localService(cluster),
      namespace: MESH_NAMESPACE,
      copies: [cluster],
      service: true,
      serverOnly: true,
    })),
    { name: MESH_CALLER, namespace: MESH_NAMESPACE, copies: 'all', service: false },
    { name: OUTSIDE_CALLER, namespace: OUTSIDE_NAMESPACE, copies: 'all', service: false },
  ];
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

/** Label that selects the pods behind {@link HEADLESS_SERVICE}. */
const ROSTER_LABEL = 'meshproof.dev/roster';

/** Account, Service and, where a copy runs in this cluster, Deployment of one workload. */
export function workloadObjects(workload: Workload, context: AgentContext): KubernetesObject[] {
  const { name, namespace } = workload;
  const { serverOnly = false } = workload;
  const runsHere = workload.copies === 'all' || workload.copies.includes(context.cluster.name);
  const onRoster = name === SHARED_SERVICE || name === MESH_CALLER ? { [ROSTER_LABEL]: 'true' } : {};
  const counting = name === MESH_CALLER ? context.driver?.telemetry?.callers : undefined;
  return [
    ...(workload.service ? [serviceObject(name, namespace, { app: name }, { ports: ALL_PORTS })] : []),
    ...(runsHere
      ? agentWorkload(
          {
            name,
            namespace,
            labels: onRoster,
            serverOnly,
            measures: !workload.service,
            graceful: workload.service && context.graceful === true,
            ...counting,
          },
          context,
        )
      : []),
  ];
}

/** The headless service; its addresses are the pods'. */
export function headlessObject(): KubernetesObject {
  return serviceObject(HEADLESS_SERVICE, MESH_NAMESPACE, { [ROSTER_LABEL]: 'true' }, { clusterIP: 'None' });
}

/** {@link ANCHOR_SERVICE} and what lifts the limits for it. */
export function anchorObjects(driver: Pick<MeshDriver, 'timeLimits'>): KubernetesObject[] {
  const anchor = { name: ANCHOR_SERVICE, namespace: MESH_NAMESPACE };
  return [
    serviceObject(anchor.name, anchor.namespace, { app: SHARED_SERVICE }, { ports: ['http', 'tcp'] }),
    ...(driver.timeLimits?.liftAll(anchor) ?? []),
  ];
}

/** Protocol of each of the agents' ports that a Service can have, by the port's name. */
const TRANSPORT = { http: 'TCP', http2: 'TCP', grpc: 'TCP', tcp: 'TCP', tls: 'TCP', udp: 'UDP' } as const;

export type ServedPort = keyof typeof TRANSPORT;

/** Every port that agents serve. */
export const ALL_PORTS: readonly ServedPort[] = ['http', 'http2', 'grpc', 'tcp', 'tls', 'udp'];

/**
 * A Service with the ports that somebody calls. Each port costs every proxy of the mesh a cluster and its TLS contexts,
 * when it starts and whenever roots change.
 */
export function serviceObject(
  name: string,
  namespace: string,
  selector: Record<string, string>,
  { clusterIP, ports = ['http'] }: { clusterIP?: 'None'; ports?: readonly ServedPort[] } = {},
) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      ...(clusterIP ? { clusterIP } : {}),
      selector,
      // A port's name tells the mesh the protocol, as its users' services do.
      ports: ports.map((port) => ({
        name: port,
        port: AGENT_PORTS[port],
        targetPort: AGENT_PORTS[port],
        protocol: TRANSPORT[port],
      })),
    },
  };
}
