import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect } from '../lib/prove/defect.ts';
import { localService, MESH_NAMESPACE, TOLERANT_SERVICE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

/** Every call is answered, with success, by the right cluster: only the pod is another's. */
export const discoveryStrangerSelected: Defect = {
  id: 'discovery-stranger-selected',
  title: "a service's selector matches another workload's pods",
  caughtBy: ['discovery/remote-service'],
  says: /cause\? .*is no pod of ledger-/s,
  silent: 'the service has a ready endpoint, every call is answered by the right cluster with 200',
  plant: (lab) => {
    const cluster = lastCluster(lab);
    const ref = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: localService(cluster), namespace: MESH_NAMESPACE },
    };
    return lab.changes.edit(cluster, ref, (object) => {
      (object as KubernetesObject & { spec: { selector: object } }).spec.selector = { app: TOLERANT_SERVICE };
      return object;
    });
  },
  async bites(lab) {
    const cluster = lastCluster(lab);
    const name = localService(cluster);
    const [[address], strangers] = await Promise.all([
      lab.endpoints(cluster, MESH_NAMESPACE, name),
      lab.pods(cluster, MESH_NAMESPACE, TOLERANT_SERVICE),
    ]);
    const stranger = strangers.find((pod) => pod.address === address);
    return stranger && `the EndpointSlice of ${name} in ${cluster} lists ${stranger.name}`;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
