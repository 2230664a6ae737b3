import type { KubernetesObject } from '@kubernetes/client-node';
import { AGENT_PORTS, DRAIN_VARIABLE, SAY_WAITS_VARIABLE } from '../probe/wire.ts';
import type { MeshDriver } from '../mesh/driver.ts';
import type { LabCluster } from '../model/lab.ts';

/** Pods that run the agent. The namespace must hold the agent's program (see `namespaceObjects`). */
export interface AgentWorkload {
  name: string;
  namespace: string;
  kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  /** One when left out; a DaemonSet has one a node, control plane included. */
  replicas?: number;
  /** ServiceAccount, `name` when left out. */
  account?: string;
  /** Of the pods, beside `app: name`. */
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  /** In the node's own network: outside of every mesh. Its HTTP port is then 18080 (+10000 for every port). */
  hostNetwork?: boolean;
  /** Name of the node that they run on; the scheduler chooses when left out. */
  node?: string;
  /** Spreads the replicas over zones, so that each zone has one before any has two. */
  spreadOverZones?: boolean;
  /** True for pods of the mesh that only answer; left out for those that are callers as well. */
  serverOnly?: boolean;
  /** True for pods that calls are measured from: on a busy machine they come before those that are measured. */
  measures?: boolean;
  /** A renewal leaves no gap: another pod is ready before one ends, and that one serves on until nobody calls it. */
  graceful?: boolean;
  /** Governing headless Service of a StatefulSet, `name` when left out. */
  serviceName?: string;
}

/** Added to every port of an agent in a node's own network, where 8080 and the like may be taken. */
export const HOST_PORT_OFFSET = 10_000;

/** The container of an agent's program. */
export const AGENT_CONTAINER = 'agent';

/** The new pod first. */
const ONE_MORE = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
/** Long enough for connections of ten seconds to end by themselves; then its proxy has as long as Istio's own drain takes. */
const DRAIN_MS = 15_000;
const GRACEFUL_SECONDS = 30;

/** What agent pods are made from. */
export interface AgentContext {
  cluster: Pick<LabCluster, 'name' | 'region'>;
  /** Image with `node` in it. */
  image: string;
  driver?: Pick<MeshDriver, 'serverOnly' | 'telemetry'>;
  /**
   * Workloads that answer are `graceful` (see {@link AgentWorkload}), and every pod says how long its programs waited for a
   * processor: lost calls are asked after their cause.
   */
  graceful?: boolean;
}

/** ServiceAccount and workload object of agent pods, after what their proxies must know when they start. */
export function agentWorkload(
  workload: AgentWorkload,
  { cluster, image, driver, graceful }: AgentContext,
): KubernetesObject[] {
  const { name, namespace, kind = 'Deployment', replicas = 1, account = name } = workload;
  const spec = {
    ...(kind === 'DaemonSet' ? {} : { replicas }),
    ...(kind === 'StatefulSet'
      ? { serviceName: workload.serviceName ?? name, podManagementPolicy: 'Parallel' }
      : {}),
    ...(kind === 'Deployment'
      ? { strategy: workload.graceful === true ? ONE_MORE : { type: 'Recreate' } }
      : {}),
    selector: { matchLabels: { app: name } },
    template: {
      metadata: {
        labels: { app: name, ...workload.labels },
        ...(workload.annotations ? { annotations: workload.annotations } : {}),
      },
      spec: podSpec(workload, account, { cluster, image, saysWaits: graceful === true }),
    },
  };
  return [
    ...(workload.serverOnly === true ? (driver?.serverOnly?.({ name, namespace }) ?? []) : []),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } },
    {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name, namespace, labels: { app: name } },
      spec,
    } as KubernetesObject,
  ];
}

function podSpec(
  { name, hostNetwork, node, spreadOverZones, kind, measures, graceful }: AgentWorkload,
  account: string,
  {
    cluster,
    image,
    saysWaits,
  }: { cluster: Pick<LabCluster, 'name' | 'region'>; image: string; saysWaits: boolean },
) {
  const fromPod = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
  const moved = hostNetwork === true ? HOST_PORT_OFFSET : 0;
  const ports = Object.entries(AGENT_PORTS).map(([port, number]) => ({
    name: `MESHPROOF_${port.toUpperCase()}_PORT`,
    value: String(number + moved),
  }));
  const healthz = { path: '/healthz', port: AGENT_PORTS.http + moved };
  return {
    serviceAccountName: account,
    // So that the agent sees its proxy's waits; whoever is in a pod may see that much of its neighbours.
    ...(saysWaits ? { shareProcessNamespace: true } : {}),
    terminationGracePeriodSeconds: graceful === true ? GRACEFUL_SECONDS : 2,
    ...(hostNetwork === true ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
    ...(kind === 'DaemonSet' ? { tolerations: [{ operator: 'Exists' }] } : {}),
    ...(node === undefined ? {} : { affinity: onNode(node) }),
    ...(spreadOverZones === true
      ? {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'topology.kubernetes.io/zone',
              whenUnsatisfiable: 'DoNotSchedule',
              labelSelector: { matchLabels: { app: name } },
            },
          ],
        }
      : {}),
    containers: [
      {
        name: AGENT_CONTAINER,
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['node', '/agent/agent.mjs'],
        env: [
          { name: 'MESHPROOF_CLUSTER', value: cluster.name },
          { name: 'MESHPROOF_REGION', value: cluster.region },
          // Kubernetes copies the node's topology labels to its pods (PodTopologyLabelsAdmission, 1.35).
          { name: 'MESHPROOF_ZONE', ...fromPod("metadata.labels['topology.kubernetes.io/zone']") },
          { name: 'NODE_NAME', ...fromPod('spec.nodeName') },
          { name: 'POD_NAME', ...fromPod('metadata.name') },
          // Node looks names up in these threads, four of them by default: slow resolution would make the agent late, not the mesh.
          { name: 'UV_THREADPOOL_SIZE', value: '64' },
          ...(moved === 0 ? [] : ports),
          ...(graceful === true ? [{ name: DRAIN_VARIABLE, value: String(DRAIN_MS) }] : []),
          ...(saysWaits ? [{ name: SAY_WAITS_VARIABLE, value: 'yes' }] : []),
        ],
        // Quick to be ready, and seldom asked after: forty pods that are asked every second or two cost a core's tenth.
        startupProbe: { httpGet: healthz, periodSeconds: 1, failureThreshold: 180 },
        readinessProbe: { httpGet: healthz, periodSeconds: 10 },
        // Its share of a busy node, not what it needs. A push to all proxies of two clusters wakes sixty programs at once.
        resources: { requests: { cpu: measures === true ? '250m' : '50m', memory: '48Mi' } },
        volumeMounts: [{ name: 'agent', mountPath: '/agent' }],
      },
    ],
    volumes: [{ name: 'agent', configMap: { name: 'meshproof-agent' } }],
  };
}

/** Through the scheduler, as a pod of a user's: it waits for room, which `nodeName` does not. */
function onNode(node: string) {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
    },
  };
}
