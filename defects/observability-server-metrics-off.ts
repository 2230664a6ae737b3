import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { healDrained, inboundListener } from '../lib/prove/proxy-view.ts';
import { METERED_PORT } from '../lib/run/areas/observability.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

/** The proxy's own way to ports that it knows nothing of, which has no counters for any of them. */
const PASSTHROUGH = 'InboundPassthroughCluster';

/** A dashboard that shows nothing looks like a service that nobody calls. */
export const observabilityServerMetricsOff: Defect = {
  id: 'observability-server-metrics-off',
  title:
    'in the last cluster a filter leads calls past the upstream by which the servers of a port count them',
  caughtBy: ['observability/server-metrics'],
  says: /answered \d+ calls and its proxy counted \d+[\s\S]*cause\? .*EnvoyFilter meshproof-mesh\/uncounted/,
  silent: 'all calls succeed, all pods are Ready, and the callers count every call',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      {
        apiVersion: 'networking.istio.io/v1alpha3',
        kind: 'EnvoyFilter',
        metadata: { name: 'uncounted', namespace: MESH_NAMESPACE },
        spec: {
          workloadSelector: { labels: { app: SHARED_SERVICE } },
          configPatches: [
            {
              applyTo: 'HTTP_ROUTE',
              match: { context: 'SIDECAR_INBOUND', routeConfiguration: { portNumber: METERED_PORT } },
              patch: { operation: 'MERGE', value: { route: { cluster: PASSTHROUGH } } },
            },
          ],
        },
      } as never,
    ]),
  async bites(lab) {
    const listener = await inboundListener(lab, lastCluster(lab), SHARED_SERVICE);
    const upstream = `inbound|${METERED_PORT}||`;
    // Its routes have the upstream's name still, and lead elsewhere.
    return listener.includes(`"name":"${upstream}"`) && !listener.includes(`"cluster":"${upstream}"`)
      ? `no route of ${SHARED_SERVICE} leads to ${upstream}`
      : undefined;
  },
  heal: (lab) => healDrained(lab, { cluster: lastCluster(lab), app: SHARED_SERVICE }),
};
