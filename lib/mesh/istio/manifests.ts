import type { KubernetesObject } from '@kubernetes/client-node';
import type { Environment } from '../../model/environment.ts';
import type { LabCluster } from '../../model/lab.ts';
import type { IntermediateAuthority } from '../../support/ca.ts';
import { EAST_WEST_PORT, ISTIO_NAMESPACE } from './operator.ts';

type WithSpec = KubernetesObject & { spec: unknown };

/** The control plane's namespace, labelled with the network that its cluster is on. */
export function namespaceManifest(cluster: LabCluster): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: ISTIO_NAMESPACE, labels: { 'topology.istio.io/network': cluster.network } },
  };
}

/** The secret that makes istiod sign with an intermediate of the shared root. */
export function authorityManifest(
  authority: IntermediateAuthority,
): KubernetesObject & { stringData: object } {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'cacerts', namespace: ISTIO_NAMESPACE },
    stringData: {
      'ca-cert.pem': authority.certificate,
      'ca-key.pem': authority.key,
      'cert-chain.pem': authority.chain,
      'root-cert.pem': authority.root,
    },
  };
}

/** Mesh-wide settings: mutual TLS, what ejects an endpoint, and the gateway's passthrough listener. */
export function meshManifests(environment: Environment): WithSpec[] {
  const { mtls, resilience } = environment.mesh;
  const outlier = resilience.outlierDetection;
  const metadata = (name: string) => ({ name, namespace: ISTIO_NAMESPACE });
  return [
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      metadata: metadata('default'),
      spec: { mtls: { mode: mtls === 'strict' ? 'STRICT' : 'PERMISSIVE' } },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'DestinationRule',
      metadata: metadata('mesh-default'),
      spec: {
        host: '*.local',
        trafficPolicy: {
          connectionPool: { tcp: { connectTimeout: `${resilience.connectTimeoutMs}ms` } },
          outlierDetection: {
            consecutive5xxErrors: outlier.consecutiveErrors,
            interval: `${outlier.intervalMs}ms`,
            baseEjectionTime: `${outlier.baseEjectionMs}ms`,
            maxEjectionPercent: outlier.maxEjectionPercent,
          },
        },
      },
    },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: metadata('cross-network-gateway'),
      spec: {
        selector: { istio: 'eastwestgateway' },
        servers: [
          {
            port: { number: EAST_WEST_PORT, name: 'tls', protocol: 'TLS' },
            tls: { mode: 'AUTO_PASSTHROUGH' },
            hosts: ['*.local'],
          },
        ],
      },
    },
  ];
}

/** Lets the selected workloads accept plaintext beside mTLS. */
export function permissiveManifest(namespace: string, labels: Record<string, string>): WithSpec {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'accepts-plaintext', namespace },
    spec: { selector: { matchLabels: labels }, mtls: { mode: 'PERMISSIVE' } },
  };
}
