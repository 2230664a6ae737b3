import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { healDrained, inboundListener } from '../lib/prove/proxy-view.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

/** Nobody misses a log before it is needed. */
export const observabilityAccessLogOff: Defect = {
  id: 'observability-access-log-off',
  title: 'in the last cluster a Telemetry resource turns the access log of the shared service off',
  caughtBy: ['observability/access-log'],
  says: /the proxy of the server logged \d+ of the \d+ calls[\s\S]*cause\? .*Telemetry meshproof-mesh\/quiet/,
  silent: 'all calls succeed, all pods are Ready, the resource is valid and analyze says nothing',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      {
        apiVersion: 'telemetry.istio.io/v1',
        kind: 'Telemetry',
        metadata: { name: 'quiet', namespace: MESH_NAMESPACE },
        spec: {
          selector: { matchLabels: { app: SHARED_SERVICE } },
          accessLogging: [{ providers: [{ name: 'envoy' }], disabled: true }],
        },
      } as never,
    ]),
  async bites(lab) {
    const listener = await inboundListener(lab, lastCluster(lab), SHARED_SERVICE);
    const logs = listener.split('/dev/stdout').length - 1;
    return logs === 0 && listener.includes('filter_chains')
      ? `no filter of the listener of ${SHARED_SERVICE} writes a log`
      : undefined;
  },
  heal: (lab) => healDrained(lab, { cluster: lastCluster(lab), app: SHARED_SERVICE }),
};
