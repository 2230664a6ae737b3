import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { MESH_CALLER, MESH_NAMESPACE, SPREAD_SERVICE } from '../lib/run/workloads.ts';
import { forgotten } from './policy-proxy-view.ts';

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
    await lab.changes.edit(forgotten(lab), ref, (object) => {
      const labels = { ...object.metadata?.labels, [ZONE]: zone };
      return { ...object, metadata: Object.assign({}, object.metadata, { labels }) };
    });
  },
  async bites(lab) {
    const { node, zone } = await victim(lab);
    const { metadata } = await lab.kube(forgotten(lab)).core.readNode({ name: node });
    return metadata?.labels?.[ZONE] === zone ? `${node} says that it is in ${zone}` : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};

/** A node that a member runs on, outside the caller's zone, and the zone of the caller. */
async function victim(lab: DefectLab): Promise<{ node: string; zone: string }> {
  const cluster = forgotten(lab);
  const [[caller], members] = await Promise.all([
    lab.pods(cluster, MESH_NAMESPACE, MESH_CALLER),
    lab.pods(cluster, MESH_NAMESPACE, SPREAD_SERVICE),
  ]);
  const other = members.find(({ zone }) => zone !== caller?.zone);
  return { node: other?.node ?? '', zone: caller?.zone ?? '' };
}
