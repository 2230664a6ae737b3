import type { ProxyBypass } from '../contracts.ts';

/** Istio leaves ports alone that a pod's annotations name, and pods that say so. */
export const istioBypass: ProxyBypass = {
  outbound: (ports) => ({ 'traffic.sidecar.istio.io/excludeOutboundPorts': ports.join(',') }),
  inbound: (ports) => ({ 'traffic.sidecar.istio.io/excludeInboundPorts': ports.join(',') }),
  without: { 'sidecar.istio.io/inject': 'false' },
};
