import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { HTTP_PORT, MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { curlFromNode } from './mtls-look.ts';

/** For a migration that nobody remembers. */
export const mtlsOpenMesh: Defect = {
  id: 'mtls-open-mesh',
  title: 'mutual TLS is PERMISSIVE in the whole of one cluster',
  caughtBy: ['mtls/plaintext', 'mtls/plaintext-pod-to-pod', 'mtls/plaintext-node-to-pod'],
  says: new RegExp(`${SHARED_SERVICE} in \\S+ .*(mutual TLS is not STRICT|says PERMISSIVE)`, 's'),
  silent: 'every call of the mesh itself is encrypted as before, and the other clusters say STRICT',
  plant: (lab) =>
    lab.changes.edit(
      lastCluster(lab),
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        metadata: { name: 'default', namespace: 'istio-system' },
      },
      (object) => Object.assign(object, { spec: { mtls: { mode: 'PERMISSIVE' } } }) as KubernetesObject,
    ),
  bites: (lab) =>
    curlFromNode(
      lab,
      { cluster: lastCluster(lab), namespace: MESH_NAMESPACE, app: SHARED_SERVICE },
      { port: HTTP_PORT },
    ),
  heal: async (lab) => void (await lab.changes.revert()),
};
