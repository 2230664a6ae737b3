import type { LabCluster } from '../../model/lab.ts';
import { MeshproofError, errorMessage } from '../../support/errors.ts';
import { openKube } from '../../support/kube.ts';
import type { ServiceName } from '../contracts.ts';
import type { MeshDriver } from '../driver.ts';
import { istioAuthorization } from './authorization.ts';
import { istioCanary } from './canary.ts';
import { istioCallTimes } from './call-times.ts';
import { inspection } from './diagnose.ts';
import { dnsCapture } from './dns-capture.ts';
import { istioBypass } from './bypass.ts';
import { istioDiscovery } from './discovery.ts';
import { connect, install, uninstall } from './install.ts';
import { istioFootprint } from './footprint.ts';
import { istioFailover } from './failover-timers.ts';
import { istioLocality } from './locality.ts';
import { istioMcs } from './mcs.ts';
import { membership } from './membership.ts';
import { permissiveManifest } from './manifests.ts';
import { EAST_WEST_PORT, gatewayAddresses, ISTIO_NAMESPACE } from './operator.ts';
import { istioPeers } from './peers.ts';
import { istioPorts } from './ports.ts';
import { istioPushes } from './pushes.ts';
import { istioRotation } from './rotation.ts';
import { detect, publishedAddresses, status } from './status.ts';
import { telemetry } from './telemetry.ts';
import { serverOnly } from './server-only.ts';
import { istioTimeLimits } from './time-limits.ts';
import { istioUpgrade } from './upgrade.ts';

/** Istio with sidecars: multi-primary, one network a cluster, east-west gateways with SNI passthrough. */
export const istioDriver: MeshDriver = {
  name: 'istio',
  namespace: ISTIO_NAMESPACE,
  capabilities: [
    'multi-network',
    'strict-mtls',
    'gateway-passthrough',
    'outlier-detection',
    'join-live-mesh',
    'dns-capture',
    'authorization',
    'locality-failover',
    'weighted-split',
    'rotate-leaf',
    'rotate-intermediate',
    'rotate-root',
    'cluster-local',
    'mcs',
  ],
  namespaceLabels: { 'istio-injection': 'enabled' },
  ports: istioPorts,
  mtls: {
    // Under STRICT no filter chain matches a connection without TLS, and Envoy closes it.
    rejectsPlaintextAs: 'reset',
    identity: (environment, namespace, serviceAccount) =>
      `spiffe://${environment.mesh.trustDomain}/ns/${namespace}/sa/${serviceAccount}`,
    trustAnchor,
    handshake: (target, service) => ({
      protocol: 'tls',
      host: gatewayAddress(target),
      port: EAST_WEST_PORT,
      serverName: sniOf(service),
      alpn: ['istio-peer-exchange', 'istio'],
    }),
    acceptPlaintext: (namespace, labels) => [permissiveManifest(namespace, labels)],
    ...istioPeers,
  },
  authorization: istioAuthorization,
  locality: istioLocality,
  rotation: istioRotation,
  pushes: istioPushes,
  failover: istioFailover,
  footprint: istioFootprint,
  callTimes: istioCallTimes,
  timeLimits: istioTimeLimits,
  serverOnly,
  inspection,
  telemetry,
  dnsCapture,
  membership,
  discovery: istioDiscovery,
  mcs: istioMcs,
  bypass: istioBypass,
  upgrade: istioUpgrade,
  canary: istioCanary,
  detect,
  gateways: publishedAddresses,
  install,
  connect,
  status,
  uninstall,
  diagnose,
};

/** The root that istiod hands to the workloads of a cluster (ConfigMap istio-ca-root-cert). */
async function trustAnchor(cluster: LabCluster): Promise<string> {
  const { core } = openKube(cluster.kubeconfig);
  const map = await core.readNamespacedConfigMap({ namespace: ISTIO_NAMESPACE, name: 'istio-ca-root-cert' });
  const root = map.data?.['root-cert.pem'];
  if (root === undefined)
    throw new MeshproofError('environment', `${cluster.name}: istio-ca-root-cert has no root-cert.pem`);
  return root;
}

/** The name by which an AUTO_PASSTHROUGH gateway finds the service (istio.io, multi-network installation). */
export function sniOf({ name, namespace, port }: ServiceName): string {
  return `outbound_.${port}_._.${name}.${namespace}.svc.cluster.local`;
}

function gatewayAddress(cluster: LabCluster): string {
  const [address] = gatewayAddresses(cluster);
  if (address !== undefined) return address;
  throw new MeshproofError('environment', `${cluster.name}: nothing serves the east-west gateway`);
}

async function diagnose(cluster: LabCluster): Promise<Record<string, string>> {
  const { core } = openKube(cluster.kubeconfig);
  const files: Record<string, string> = {};
  const { items } = await core.listNamespacedPod({ namespace: ISTIO_NAMESPACE });
  for (const pod of items) {
    const name = pod.metadata?.name ?? '';
    const log = core.readNamespacedPodLog({ namespace: ISTIO_NAMESPACE, name, tailLines: 200 });
    files[`${cluster.name}-${name}.log`] = await log.catch(
      (error: unknown) => `no log: ${errorMessage(error)}`,
    );
  }
  const events = await core.listNamespacedEvent({ namespace: ISTIO_NAMESPACE });
  files[`${cluster.name}-events.txt`] = events.items
    .map(
      (event) =>
        `${event.lastTimestamp?.toISOString() ?? ''} ${event.reason} ${event.involvedObject.name}: ${event.message}`,
    )
    .join('\n');
  return files;
}
