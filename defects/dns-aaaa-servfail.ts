import { lastCluster } from '../lib/prove/clusters.ts';
import { dig, digFrom } from '../lib/prove/dig.ts';
import { editCorefile, healCorefile } from '../lib/prove/corefile.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

/** An attempt to "turn IPv6 off": clients that ask for both families see a broken resolver. */
export const dnsAaaaServfail: Defect = {
  id: 'dns-aaaa-servfail',
  title: 'in the last cluster a template of CoreDNS answers every AAAA question with SERVFAIL',
  caughtBy: ['dns/record-types', 'dns/headless', 'dns/pod-names'],
  says: /AAAA .* is dns-servfail \(SERVFAIL\) instead of NODATA.*the Corefile says "template/s,
  silent: 'lookups of A records work; musl and some HTTP clients fail, glibc does not',
  plant: (lab) =>
    editCorefile(lab, lastCluster(lab), (corefile) =>
      corefile.replace(/^(\s*)ready$/m, '$1ready\n$1template IN AAAA . {\n$1   rcode SERVFAIL\n$1}'),
    ),
  async bites(lab) {
    const name = `${SHARED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`;
    const { rcode } = await dig(lab, { ...(await digFrom(lab, lastCluster(lab))), name, type: 'AAAA' });
    return rcode === 'SERVFAIL' ? `AAAA ${name} is ${rcode}` : undefined;
  },
  heal: (lab) => healCorefile(lab, lastCluster(lab)),
};
