import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster, proxySays } from '../lib/prove/proxy-view.ts';
import { METERED_SERVICE } from '../lib/run/areas/observability.ts';
import { HTTP_PORT, MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';

const HOST = `${METERED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`;

/** A mirror that somebody forgot: every call is carried out twice, and its copy's answer is thrown away. */
export const observabilityDoubledCalls: Defect = {
  id: 'observability-doubled-calls',
  title: 'in the last cluster a forgotten VirtualService mirrors every call back to the service itself',
  caughtBy: ['observability/proxy-metrics'],
  says: /\d+ calls were counted, and \d+ were sent[\s\S]*cause\? .*VirtualService meshproof-mesh\/copycat mirrors/,
  silent: 'the callers see one good answer a call; only bills and side effects double',
  plant: (lab) => {
    const destination = { host: HOST, port: { number: HTTP_PORT } };
    return lab.changes.apply(lastCluster(lab), [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: 'copycat', namespace: MESH_NAMESPACE },
        spec: { hosts: [HOST], http: [{ route: [{ destination }], mirror: destination }] },
      } as never,
    ]);
  },
  async bites(lab) {
    const routes = await proxySays(
      lab,
      lastCluster(lab),
      MESH_CALLER,
      `/config_dump?resource=dynamic_route_configs&name_regex=${HTTP_PORT}`,
    );
    return routes.includes('request_mirror_policies') ? `a route of ${MESH_CALLER} has a mirror` : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
