import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { nearbyFor } from '../lib/run/areas/locality.ts';
import { MESH_CALLER, MESH_NAMESPACE, SPREAD_SERVICE } from '../lib/run/workloads.ts';
import { waitFor } from '../lib/support/kube.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

const ZONE = 'topology.kubernetes.io/zone';

/** Localities are what the labels of nodes say, whatever is true. */
export const localityZoneLabel: Defect = {
  id: 'locality-zone-label',
  title: 'a node of another zone is labelled as one of the zone of its callers',
  caughtBy: ['locality/nearest'],
  says: /node \S+ is labelled as in zone/,
  silent: 'all is Ready and valid; calls cross zones, and their bill and latency do',
  async plant(lab) {
    const { node, zone } = await victim(lab);
    const ref = { apiVersion: 'v1', kind: 'Node', metadata: { name: node } };
    await lab.changes.edit(lastCluster(lab), ref, (object) => {
      const labels = { ...object.metadata?.labels, [ZONE]: zone };
      return { ...object, metadata: Object.assign({}, object.metadata, { labels }) };
    });
  },
  async bites(lab) {
    const { node, zone } = await victim(lab);
    const { metadata } = await lab.kube(lastCluster(lab)).core.readNode({ name: node });
    return metadata?.labels?.[ZONE] === zone ? `${node} says that it is in ${zone}` : undefined;
  },
  async heal(lab) {
    const undone = await lab.changes.revert();
    if (undone.length > 0) await rebuildEndpoints(lab);
  },
};

/** Istio reads a node's zone when it builds an endpoint, and does not look again when only the label has changed. */
async function rebuildEndpoints(lab: DefectLab): Promise<void> {
  const cluster = lastCluster(lab);
  const { discovery } = lab.kube(cluster);
  const services = lab.lab.clusters.map(({ name }) => nearbyFor(name));
  const slices = {
    namespace: MESH_NAMESPACE,
    labelSelector: `kubernetes.io/service-name in (${services.join(',')})`,
  };
  const list = async () => (await discovery.listNamespacedEndpointSlice(slices)).items;
  const before = new Set((await list()).map(({ metadata }) => metadata?.uid));
  await discovery.deleteCollectionNamespacedEndpointSlice(slices);
  await waitFor(
    `${cluster}: its endpoints are built again`,
    async () => {
      const fresh = (await list()).filter(({ metadata }) => !before.has(metadata?.uid));
      return fresh.length >= before.size;
    },
    { timeoutMs: 30_000 },
  );
}

/** A node that a member runs on, outside the caller's zone, and the zone of the caller. */
async function victim(lab: DefectLab): Promise<{ node: string; zone: string }> {
  const cluster = lastCluster(lab);
  const [[caller], members] = await Promise.all([
    lab.pods(cluster, MESH_NAMESPACE, MESH_CALLER),
    lab.pods(cluster, MESH_NAMESPACE, SPREAD_SERVICE),
  ]);
  const other = members.find(({ zone }) => zone !== caller?.zone);
  return { node: other?.node ?? '', zone: caller?.zone ?? '' };
}
