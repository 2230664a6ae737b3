import type { KubernetesObject } from '@kubernetes/client-node';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE } from '../lib/run/workloads.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

/** All is well until a service gets the address of the other cluster's gateway, some day. */
export const connectivityServiceRange: Defect = {
  id: 'connectivity-service-range',
  title: 'a second service range of one cluster covers the node addresses of another',
  caughtBy: ['connectivity/ip-plan'],
  says: /service range \S+ of \S+ and node address|node address \S+ of \S+ and service range/,
  silent: 'nothing fails before a service is given one of the addresses',
  async plant(lab) {
    const range: KubernetesObject & { spec: object } = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'more-services' },
      spec: { cidrs: [rangeAround(farNode(lab))] },
    };
    await lab.changes.apply(lastCluster(lab), [range]);
  },
  async bites(lab) {
    const address = farNode(lab);
    // A dry run: the API server says whether it would give the address away, and does not.
    const dry = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'would-be', namespace: MESH_NAMESPACE },
      spec: { clusterIP: address, ports: [{ port: 80 }] },
    };
    try {
      await lab.kube(lastCluster(lab)).objects.create(dry, undefined, 'All');
      return `a service in ${lastCluster(lab)} would get ${address}, a node of another cluster`;
    } catch {
      return undefined;
    }
  },
  heal: async (lab) => void (await lab.changes.revert()),
};

function farNode(lab: DefectLab): string {
  const other = lab.lab.clusters.find(({ name }) => name !== lastCluster(lab));
  return other?.nodes.at(-1)?.address ?? '';
}

/** The /28 with this address in it. */
function rangeAround(address: string): string {
  const [a, b, c, d = '0'] = address.split('.');
  return `${a}.${b}.${c}.${Math.floor(Number(d) / 16) * 16}/28`;
}
