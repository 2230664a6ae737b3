import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { healDrained, inboundListener } from '../lib/prove/proxy-view.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

/** Traces end at the border of a cluster, and look complete on either side. */
export const observabilityTraceStripped: Defect = {
  id: 'observability-trace-stripped',
  title: 'in the last cluster a filter removes the header traceparent before it reaches the shared service',
  caughtBy: ['observability/trace-context'],
  says: /traceparent did not arrive[\s\S]*cause\? .*EnvoyFilter meshproof-mesh\/no-trace/,
  silent: 'all calls succeed, all pods are Ready, and traces within each cluster look complete',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      {
        apiVersion: 'networking.istio.io/v1alpha3',
        kind: 'EnvoyFilter',
        metadata: { name: 'no-trace', namespace: MESH_NAMESPACE },
        spec: {
          workloadSelector: { labels: { app: SHARED_SERVICE } },
          configPatches: [
            {
              applyTo: 'ROUTE_CONFIGURATION',
              match: { context: 'SIDECAR_INBOUND' },
              patch: { operation: 'MERGE', value: { request_headers_to_remove: ['traceparent'] } },
            },
          ],
        },
      } as never,
    ]),
  async bites(lab) {
    const listener = await inboundListener(lab, lastCluster(lab), SHARED_SERVICE);
    return listener.includes('"request_headers_to_remove"')
      ? `the routes of ${SHARED_SERVICE} remove a header of each request`
      : undefined;
  },
  heal: (lab) => healDrained(lab, { cluster: lastCluster(lab), app: SHARED_SERVICE }),
};
