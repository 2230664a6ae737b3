import type { V1EndpointSlice } from '@kubernetes/client-node';
import { lastCluster } from '../lib/prove/clusters.ts';
import { dig, digFrom } from '../lib/prove/dig.ts';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { largeAddresses } from '../lib/run/areas/dns.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

const PORTS = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
];
/** One of three endpoints is dead: 20 lookups all miss it in 0.03 % of the tries. */
const TRIES = 20;

/** An EndpointSlice made by hand during an incident and forgotten: every third lookup goes nowhere. */
export const dnsDeadEndpoint: Defect = {
  id: 'dns-dead-endpoint',
  title:
    'in the last cluster a forgotten EndpointSlice sends a share of all lookups to an address that nobody has',
  caughtBy: ['dns/every-node', 'dns/cluster-ip'],
  says: /EndpointSlice kube-dns-by-hand of kube-dns lists [\d.]+, which is no resolver's/,
  silent: 'CoreDNS runs and is healthy; resolvers try again after 5 s, so that most calls are only slow',
  async plant(lab) {
    const cluster = lastCluster(lab);
    const slice: V1EndpointSlice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'kube-dns-by-hand',
        namespace: 'kube-system',
        labels: {
          'kubernetes.io/service-name': 'kube-dns',
          'endpointslice.kubernetes.io/managed-by': 'somebody',
        },
      },
      addressType: 'IPv4',
      ports: PORTS,
      endpoints: [{ addresses: [deadAddress(lab)], conditions: { ready: true } }],
    };
    await lab.changes.apply(cluster, [slice]);
  },
  async bites(lab) {
    const from = await digFrom(lab, lastCluster(lab));
    const name = `${SHARED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`;
    for (let tries = 1; tries <= TRIES; tries++) {
      const { rcode } = await dig(lab, { ...from, name });
      if (rcode === 'silent') return `lookup ${tries} of ${name} was not answered`;
    }
    return undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};

/** In the cluster's own pod range, at its very end: handed out last. */
function deadAddress(lab: DefectLab): string {
  const cluster = lab.lab.clusters.find(({ name }) => name === lastCluster(lab));
  return largeAddresses(cluster?.podCidr ?? '').at(-1) ?? '';
}
