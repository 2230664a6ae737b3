import type { MeshPort } from '../../model/mesh-port.ts';
import { EAST_WEST_NODE_PORT, EAST_WEST_PORT } from './operator.ts';

const TCP = { protocol: 'tcp' } as const;
const BETWEEN = { ...TCP, clusters: 'between', from: 'nodes' } as const;
const WITHIN = { ...TCP, clusters: 'within', to: 'nodes' } as const;

/**
 * Ports of multi-primary on several networks (istio.io/latest/docs/ops/deployment/application-requirements, "Ports used by
 * Istio"). Each cluster has an istiod of its own: 15012 and 15017 are nobody else's, as they would be with a shared one.
 */
export const istioPorts: readonly MeshPort[] = [
  { ...BETWEEN, to: 'nodes', port: EAST_WEST_PORT, what: 'east-west gateway (mTLS passed through by SNI)' },
  // A network load balancer leaves callers their addresses: what it passes on, nodes take from the other clusters.
  { ...BETWEEN, to: 'nodes', port: EAST_WEST_NODE_PORT, what: 'east-west gateway, behind its load balancer' },
  // istiod watches the services of every other cluster.
  { ...BETWEEN, to: 'api-server', port: 443, what: 'API server, which the other control planes watch' },
  { ...WITHIN, from: 'api-server', port: 15_017, what: "istiod's webhooks (injection, validation)" },
  { ...WITHIN, from: 'nodes', port: 15_012, what: 'istiod (xDS and certificates)' },
  { ...WITHIN, from: 'nodes', port: 53, what: 'cluster DNS' },
  { ...WITHIN, from: 'nodes', protocol: 'udp', port: 53, what: 'cluster DNS' },
];
