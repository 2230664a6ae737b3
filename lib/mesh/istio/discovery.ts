import type { ServiceName } from '../contracts.ts';
import type { Discovery } from '../tells.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';

/** Discovery as sidecars and gateways of Istio do it. */
export const istioDiscovery: Discovery = {
  // Envoy's own answer when a cluster has no host: response flag UH, "no healthy upstream".
  noEndpoint: { outcome: 'http-5xx', responseFlag: 'UH' },
  proxyEndpoints: {
    // Envoy's admin port, which Istio keeps to the pod's loopback.
    port: 15_000,
    path: '/clusters',
    read: endpointsOf,
  },
  gateways: { namespace: ISTIO_NAMESPACE, app: EAST_WEST_GATEWAY },
};

/**
 * Addresses of a service's endpoints in the text that Envoy's admin page `/clusters` prints: lines
 * `cluster::address:port::statistic::value`. A sidecar's cluster is called `outbound|PORT||HOST`, that of a gateway
 * that passes TLS through `outbound_.PORT_._.HOST`.
 */
export function endpointsOf(page: string, { name, namespace, port }: ServiceName): string[] {
  const host = `${name}.${namespace}.svc.cluster.local`;
  const names = [`outbound|${port}||${host}`, `outbound_.${port}_._.${host}`];
  const addresses = page
    .split('\n')
    .map((line) => line.split('::'))
    .filter(([cluster, , statistic]) => names.includes(cluster ?? '') && statistic === 'health_flags')
    .map(([, address]) => address ?? '');
  return [...new Set(addresses)];
}
