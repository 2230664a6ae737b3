import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';
import { healed, knownElsewhere } from './discovery-proxy-view.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

/** Calls from there go on to be answered, all by the own cluster. */
export const discoveryRemoteSecretGone: Defect = {
  id: 'discovery-remote-secret-gone',
  title: "one control plane has lost its access to another cluster's API",
  caughtBy: ['discovery/shared-service', 'discovery/remote-service'],
  says: /answered none of \d+ calls.*cause\? .*(remote secret|does not watch|no access)/s,
  silent: 'all pods run, every proxy is in sync, and calls to services that are everywhere are answered',
  async plant(lab) {
    const name = `istio-remote-secret-${lastCluster(lab)}`;
    const ref = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'istio-system' } };
    await Promise.all(
      lab.lab.clusters
        .filter((cluster) => cluster.name !== lastCluster(lab))
        .map((cluster) => lab.changes.remove(cluster.name, ref)),
    );
  },
  bites: (lab) => knownElsewhere(lab, { name: SHARED_SERVICE, namespace: MESH_NAMESPACE }, 'forgotten'),
  heal: (lab) => healed(lab, { name: SHARED_SERVICE, namespace: MESH_NAMESPACE }, 'known'),
};
