import type { KubernetesObject, V1EndpointSlice } from '@kubernetes/client-node';
import { dotted, parseCidr } from '../../environment/cidr.ts';
import { agentWorkload } from '../agent-objects.ts';
import type { Area } from '../area.ts';
import { MESH_NAMESPACE, OUTSIDE_NAMESPACE, serviceObject, SHARED_SERVICE } from '../workloads.ts';

/** Caller whose lookups its own proxy answers. */
export const CAPTURED_CALLER = 'scout';
/** Headless service with more addresses than a datagram carries. */
export const LARGE_SERVICE = 'directory';
/**
 * 100 A records take 1,600 bytes with compressed names (RFC 1035 §4.1.4): past the 1,232 that the agent takes in a
 * datagram, and past every default of a resolver's.
 */
const LARGE_SIZE = 100;

/** The service that one cluster's API knows and no other's: its name exists there only. */
export function soleService(cluster: string): string {
  return `sole-${cluster}`;
}

/** Objects of the dns suites. */
export const dnsArea: Area = {
  objects: ({ cluster, driver, image }) => [
    serviceObject(soleService(cluster.name), MESH_NAMESPACE, { app: SHARED_SERVICE }),
    ...largeService(cluster.podCidr),
    ...(driver.dnsCapture
      ? agentWorkload(
          {
            name: CAPTURED_CALLER,
            namespace: MESH_NAMESPACE,
            annotations: driver.dnsCapture.annotations,
            measures: true,
          },
          { cluster, image },
        )
      : []),
  ],
};

/** A service without pods. Its one port is UDP, so that no proxy makes listeners for addresses that nobody calls. */
function largeService(podCidr: string): KubernetesObject[] {
  const metadata = { name: LARGE_SERVICE, namespace: OUTSIDE_NAMESPACE };
  const port = { name: 'nobody', protocol: 'UDP', port: 9 };
  const service: KubernetesObject & { spec: object } = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, labels: { app: LARGE_SERVICE } },
    spec: { clusterIP: 'None', ports: [port] },
  };
  const slice: V1EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...metadata,
      labels: {
        'kubernetes.io/service-name': LARGE_SERVICE,
        'endpointslice.kubernetes.io/managed-by': 'meshproof.dev',
      },
    },
    addressType: 'IPv4',
    ports: [port],
    endpoints: largeAddresses(podCidr).map((address) => ({
      addresses: [address],
      conditions: { ready: true },
    })),
  };
  return [service, slice];
}

/** The last addresses of a cluster's own pod range, which it hands out last. They are resolved, never called. */
export function largeAddresses(podCidr: string): string[] {
  const last = parseCidr(podCidr)?.last ?? 0;
  return Array.from({ length: LARGE_SIZE }, (_, index) => dotted(last - 1 - index));
}
