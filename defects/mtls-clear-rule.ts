import type { Defect } from '../lib/prove/defect.ts';
import { LENIENT_NAMESPACE, lenientIn } from '../lib/run/areas/mtls.ts';
import { HTTP_PORT, MESH_CALLER, MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { manifest } from './mtls-look.ts';

/** Calls succeed, both ends are in the mesh, and everybody on the way can read along. */
export const mtlsClearRule: Defect = {
  id: 'mtls-clear-rule',
  title: 'a rule turns TLS off toward a service that takes plaintext too',
  caughtBy: ['mtls/wire'],
  says: /readable on \S+ in \S+.*DestinationRule \S+ turns TLS off/s,
  silent: 'every call is answered; the server takes plaintext on purpose, so no policy is broken',
  plant: (lab) => {
    const service = lenientIn(lastCluster(lab));
    return lab.changes.apply(lastCluster(lab), [
      manifest('networking.istio.io/v1', 'DestinationRule', {
        name: 'debugging',
        namespace: LENIENT_NAMESPACE,
        spec: {
          host: `${service}.${LENIENT_NAMESPACE}.svc.cluster.local`,
          trafficPolicy: { tls: { mode: 'DISABLE' } },
        },
      }),
    ]);
  },
  async bites(lab) {
    const cluster = lastCluster(lab);
    const agent = await lab.agent({ cluster, namespace: MESH_NAMESPACE, workload: MESH_CALLER });
    const url = `http://${lenientIn(cluster)}.${LENIENT_NAMESPACE}.svc.cluster.local:${HTTP_PORT}/`;
    const { observations } = await agent.call({ protocol: 'http', url, connection: 'fresh' });
    const [seen] = observations;
    const unknown = seen?.outcome === 'ok' && seen.identitySeen === undefined;
    return unknown ? `${lenientIn(cluster)} answers ${MESH_CALLER} without knowing who it is` : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
