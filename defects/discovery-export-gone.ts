import type { Defect } from '../lib/prove/defect.ts';
import { istioMcs } from '../lib/mesh/istio/mcs.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { healed, knownElsewhere } from './discovery-proxy-view.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

/** Its own cluster still answers, so that no call fails: the other copy is only never used. */
export const discoveryExportGone: Defect = {
  id: 'discovery-export-gone',
  title: 'one cluster has lost the ServiceExport of a service that every cluster serves',
  caughtBy: ['discovery/shared-service'],
  says: /answered none of \d+ calls.*cause\? \S+ does not export payments/s,
  silent: 'pods, services and endpoints are as ever in both clusters, and every call is answered',
  plant: (lab) => {
    const { apiVersion = '', kind = '' } = istioMcs.serviceExport({ name: '', namespace: '' });
    const metadata = { name: SHARED_SERVICE, namespace: MESH_NAMESPACE };
    return lab.changes.remove(lastCluster(lab), { apiVersion, kind, metadata });
  },
  bites: (lab) => knownElsewhere(lab, { name: SHARED_SERVICE, namespace: MESH_NAMESPACE }, 'forgotten'),
  heal: (lab) => healed(lab, { name: SHARED_SERVICE, namespace: MESH_NAMESPACE }, 'known'),
};
