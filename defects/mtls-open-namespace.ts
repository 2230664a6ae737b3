import type { Defect } from '../lib/prove/defect.ts';
import { LOCAL_NAMESPACE, LOCAL_SERVICE } from '../lib/run/areas/discovery.ts';
import { HTTP_PORT } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { curlFromNode, manifest } from './mtls-look.ts';

/** Left over from the namespace's move into the mesh. */
export const mtlsOpenNamespace: Defect = {
  id: 'mtls-open-namespace',
  title: 'a namespace is still PERMISSIVE in one cluster, years after its move into the mesh',
  caughtBy: ['mtls/plaintext-pod-to-pod', 'mtls/plaintext-node-to-pod'],
  says: new RegExp(
    `${LOCAL_NAMESPACE}/\\S+ in \\S+ answers plaintext.*says PERMISSIVE for its namespace`,
    's',
  ),
  silent: 'the mesh-wide policy says STRICT, and every call of the mesh itself is encrypted as before',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      manifest('security.istio.io/v1', 'PeerAuthentication', {
        name: 'migration',
        namespace: LOCAL_NAMESPACE,
        spec: { mtls: { mode: 'PERMISSIVE' } },
      }),
    ]),
  bites: (lab) =>
    curlFromNode(
      lab,
      { cluster: lastCluster(lab), namespace: LOCAL_NAMESPACE, app: LOCAL_SERVICE },
      { port: HTTP_PORT },
    ),
  heal: async (lab) => void (await lab.changes.revert()),
};
