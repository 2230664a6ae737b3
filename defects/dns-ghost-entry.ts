import type { KubernetesObject } from '@kubernetes/client-node';
import { firstCluster } from '../lib/prove/clusters.ts';
import { dig } from '../lib/prove/dig.ts';
import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { CAPTURED_CALLER, largeAddresses } from '../lib/run/areas/dns.ts';
import { MESH_NAMESPACE } from '../lib/run/workloads.ts';

const HOST = `no-such-service.${MESH_NAMESPACE}.svc.cluster.local`;
/** Where the sidecar answers the lookups that it takes (istio.io, "DNS Proxying"). */
const PROXY_DNS = { server: '127.0.0.1', port: 15_053 };

/** A ServiceEntry outlived its service: workloads with DNS capture still find the name. */
export const dnsGhostEntry: Defect = {
  id: 'dns-ghost-entry',
  title:
    'in the first cluster a forgotten ServiceEntry keeps the name of a removed service alive for captured lookups',
  caughtBy: ['dns/capture-local'],
  says: /no-such-service\.\S+ is [\d.]+ instead of NXDOMAIN/,
  silent: 'the cluster DNS says NXDOMAIN; only pods with DNS capture resolve the name, and their calls hang',
  async plant(lab) {
    const entry: KubernetesObject & { spec: object } = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'no-such-service', namespace: MESH_NAMESPACE },
      spec: {
        hosts: [HOST],
        addresses: [addressOf(lab)],
        exportTo: ['.'],
        location: 'MESH_INTERNAL',
        resolution: 'STATIC',
        ports: [{ number: 8080, name: 'http', protocol: 'HTTP' }],
        endpoints: [],
      },
    };
    await lab.changes.apply(firstCluster(lab), [entry]);
  },
  async bites(lab) {
    const cluster = firstCluster(lab);
    const [pod] = await lab.pods(cluster, MESH_NAMESPACE, CAPTURED_CALLER);
    if (!pod) return undefined;
    const question = { cluster, node: pod.node, inPodAt: pod.address, ...PROXY_DNS, name: HOST };
    const { addresses } = await dig(lab, question);
    return addresses.includes(addressOf(lab))
      ? `the proxy of ${pod.name} says ${addresses.join()} for ${HOST}`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};

/** At the end of the cluster's own service range, where no service is. */
function addressOf(lab: DefectLab): string {
  const cluster = lab.lab.clusters.find(({ name }) => name === firstCluster(lab));
  return largeAddresses(cluster?.serviceCidr ?? '')[0] ?? '';
}
