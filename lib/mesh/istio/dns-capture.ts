import type { DnsCapture } from '../contracts.ts';

/** istio.io, "DNS Proxying": the sidecar takes the pod's lookups and answers those for services of the mesh itself. */
export const dnsCapture: DnsCapture = {
  annotations: { 'proxy.istio.io/config': 'proxyMetadata:\n  ISTIO_META_DNS_CAPTURE: "true"\n' },
};
