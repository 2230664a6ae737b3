import type { Footprint } from '../tells.ts';
import { EAST_WEST_GATEWAY, ISTIO_NAMESPACE } from './operator.ts';
import { ADMIN_PORT, PROXY_CONTAINER } from './proxy-admin.ts';

/** Where Istio's own programs run, and what Envoy says of its memory (`/memory`, admin.v3.Memory). */
export const istioFootprint: Footprint = {
  proxyContainer: PROXY_CONTAINER,
  gateways: { namespace: ISTIO_NAMESPACE, app: EAST_WEST_GATEWAY },
  controlPlane: { namespace: ISTIO_NAMESPACE, app: 'istiod', container: 'discovery' },
  heap: {
    port: ADMIN_PORT,
    path: '/memory',
    read: (page) => {
      const { allocated } = JSON.parse(page) as { allocated?: string };
      const bytes = Number(allocated);
      return Number.isFinite(bytes) ? bytes : undefined;
    },
  },
};
