import type { Defect } from '../lib/prove/defect.ts';
import { ferryService } from '../lib/run/areas/connectivity.ts';
import { HTTP_PORT, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { calledFromForgotten, plantThere, proxyHas } from './connectivity-listeners.ts';

/** Requests work as before; only a connection that asks to become a WebSocket is refused. */
export const connectivityNoUpgrade: Defect = {
  id: 'connectivity-no-upgrade',
  title: 'a patch of the routes to one service turns upgrades of connections off',
  caughtBy: ['connectivity/protocols'],
  says: /websocket fails \S+ → \S+, where http/,
  silent: 'all HTTP calls succeed, and no checker looks into a patch',
  async plant(lab) {
    const host = `${ferryService(calledFromForgotten(lab))}.${MESH_NAMESPACE}.svc.cluster.local`;
    const vhost = { name: `${host}:${HTTP_PORT}`, route: { action: 'ROUTE' } };
    const off = { route: { upgrade_configs: [{ upgrade_type: 'websocket', enabled: false }] } };
    await plantThere(lab, {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      name: 'no-upgrades',
      spec: {
        configPatches: [
          {
            applyTo: 'HTTP_ROUTE',
            match: { context: 'SIDECAR_OUTBOUND', routeConfiguration: { vhost } },
            patch: { operation: 'MERGE', value: off },
          },
        ],
      },
    });
  },
  bites: (lab) => proxyHas(lab, 'dynamic_route_configs', /"upgrade_type": "websocket", "enabled": false/),
  heal: async (lab) => void (await lab.changes.revert()),
};
