import { stringify } from 'yaml';
import type { Environment } from '../../model/environment.ts';
import type { LabCluster } from '../../model/lab.ts';
import type { MeshContext } from '../contracts.ts';

/** Port of the east-west gateway that passes mTLS through to the workload that the SNI names. */
export const EAST_WEST_PORT = 15443;
/** Where a cloud's load balancer passes on what it takes on {@link EAST_WEST_PORT}: fixed, so that a firewall can name it. */
export const EAST_WEST_NODE_PORT = 31_443;
/** Name of the gateway's Deployment, Service and label. */
export const EAST_WEST_GATEWAY = 'istio-eastwestgateway';
export const ISTIO_NAMESPACE = 'istio-system';

/** Settings that Istio's own control plane needs when the proxy is a plain Envoy without Istio's filters. */
const PLAIN_ENVOY = {
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_ENABLE_ALPN_FILTER: 'false',
  PILOT_ENABLE_TELEMETRY_LABEL: 'false',
};

/** Hosts of clusterset.local; services that are not cluster-local are exported by istiod itself. */
const MCS = {
  ENABLE_MCS_SERVICE_DISCOVERY: 'true',
  ENABLE_MCS_HOST: 'true',
  ENABLE_MCS_AUTO_EXPORT: 'true',
};

/** Lets istiod take up another set of roots while it runs; it warns and keeps the old ones otherwise. */
export const MULTI_ROOT = { ISTIO_MULTIROOT_MESH: 'true' };
/** Lets a proxy's agent take roots from istiod at once; it learns them with its next certificate otherwise, in 12 h. */
const ROOTS_OVER_XDS = { PROXY_CONFIG_XDS_AGENT: 'true' };

/**
 * Load balancers of AWS have a host name and no lasting address; istiod looks it up, again when its TTL is over (30 s at least), and
 * hands the addresses to proxies. Said though it is the default: where it is off, endpoints of that network are left out without an
 * error (pilot/pkg/model/network.go; istio/istio#29359, #36275).
 */
const HOST_NAMED_GATEWAYS = { RESOLVE_HOSTNAME_GATEWAYS: 'true' };

/**
 * Proxies ask the link-local metadata address of three clouds at their start, which holds each pod up for 2 to 5 s where
 * there is no cloud (pkg/bootstrap/platform/discovery.go), and leaves the lab.
 */
const NO_CLOUD = { CLOUD_PLATFORM: 'none' };

/** A new key of RSA 2048 takes a proxy's agent about 80 ms of a processor, one of P-256 20 µs (Go's own benchmarks). */
export const ECDSA_KEYS = { ECC_SIGNATURE_ALGORITHM: 'ECDSA' };

const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';
const ON_CONTROL_PLANE = {
  nodeSelector: { [CONTROL_PLANE_LABEL]: '' },
  tolerations: [{ key: CONTROL_PLANE_LABEL, operator: 'Exists', effect: 'NoSchedule' }],
};

/** What `istioctl install -f` gets for one cluster, as YAML: multi-primary on several networks. */
export function istioOperator(
  environment: Environment,
  cluster: LabCluster,
  images: MeshContext['images'],
): string {
  const { mesh } = environment;
  const plain = images.proxy === 'envoy';
  const small = { requests: { cpu: '20m', memory: '64Mi' } };
  return stringify({
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    spec: {
      profile: 'minimal',
      hub: images.hub,
      tag: images.tag,
      meshConfig: {
        trustDomain: mesh.trustDomain,
        defaultHttpRetryPolicy: {
          attempts: mesh.resilience.retries,
          perTryTimeout: seconds(mesh.resilience.tryTimeoutMs),
          retryOn: 'connect-failure,refused-stream,unavailable,cancelled',
        },
        ...(mesh.accessLog ? { accessLogFile: '/dev/stdout', accessLogEncoding: 'JSON' } : {}),
        defaultConfig: {
          proxyMetadata: {
            ...NO_CLOUD,
            ...(mesh.multiRoot ? ROOTS_OVER_XDS : {}),
            ...(mesh.workloadKeys === 'ecdsa' ? ECDSA_KEYS : {}),
          },
        },
        ...(mesh.clusterLocal.length > 0
          ? { serviceSettings: [{ settings: { clusterLocal: true }, hosts: mesh.clusterLocal }] }
          : {}),
        localityLbSetting: { enabled: mesh.resilience.localityFailover },
      },
      components: {
        // On the control-plane node: the kill of a worker is then a fault of the data plane only. A cloud keeps that node to itself.
        pilot: { k8s: { resources: small, ...(hasServerNode(cluster) ? ON_CONTROL_PLANE : {}) } },
        ingressGateways: [
          {
            name: EAST_WEST_GATEWAY,
            enabled: true,
            label: {
              app: EAST_WEST_GATEWAY,
              istio: 'eastwestgateway',
              'topology.istio.io/network': cluster.network,
            },
            k8s: {
              replicaCount: gatewayNodes(cluster).length,
              resources: small,
              env: [{ name: 'ISTIO_META_REQUESTED_NETWORK_VIEW', value: cluster.network }],
              // One replica a worker: the loss of a node must not be the loss of the gateway.
              affinity: { podAntiAffinity: onePerNode() },
              ...gatewayService(cluster),
            },
          },
        ],
      },
      values: {
        global: {
          meshID: mesh.id,
          multiCluster: { clusterName: cluster.name },
          network: cluster.network,
          imagePullPolicy: 'IfNotPresent',
          proxy: { resources: small },
          proxy_init: { resources: small },
        },
        pilot: {
          autoscaleEnabled: false,
          env: {
            ...(plain ? PLAIN_ENVOY : {}),
            ...(mesh.mcs ? MCS : {}),
            ...(mesh.multiRoot ? MULTI_ROOT : {}),
            ...(cluster.gatewayService ? HOST_NAMED_GATEWAYS : {}),
          },
        },
        gateways: { 'istio-ingressgateway': { autoscaleEnabled: false } },
        ...(plain ? { telemetry: { enabled: false } } : {}),
      },
    },
  });
}

/** False where the control plane of Kubernetes is a cloud's, and has no node. */
function hasServerNode({ nodes }: LabCluster): boolean {
  return nodes.some(({ role }) => role === 'control-plane');
}

function gatewayService({ gatewayService: cloud }: LabCluster) {
  const tls = { name: 'tls', port: EAST_WEST_PORT, targetPort: EAST_WEST_PORT };
  const ports = [
    { name: 'status-port', port: 15021, targetPort: 15021 },
    cloud ? { ...tls, nodePort: EAST_WEST_NODE_PORT } : tls,
  ];
  return { ...(cloud ? { serviceAnnotations: cloud.annotations } : {}), service: { ports } };
}

/** Nodes that the gateway runs on and is published at: the workers, or the only node of a cluster without any. */
export function gatewayNodes({ nodes }: LabCluster): LabCluster['nodes'] {
  const workers = nodes.filter(({ role }) => role === 'worker');
  return workers.length > 0 ? workers : nodes;
}

/** Where other networks reach the east-west gateway of a cluster. */
export function gatewayAddresses(cluster: LabCluster): readonly string[] {
  return cluster.gateways ?? gatewayNodes(cluster).map(({ address }) => address);
}

function onePerNode() {
  return {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          labelSelector: { matchLabels: { app: EAST_WEST_GATEWAY } },
          topologyKey: 'kubernetes.io/hostname',
        },
      },
    ],
  };
}

function seconds(ms: number): string {
  return `${ms / 1000}s`;
}
