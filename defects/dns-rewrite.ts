import { lastCluster } from '../lib/prove/clusters.ts';
import { dig, digFrom } from '../lib/prove/dig.ts';
import { editCorefile, healCorefile } from '../lib/prove/corefile.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE, TOLERANT_SERVICE } from '../lib/run/workloads.ts';

const nameOf = (service: string) => `${service}.${MESH_NAMESPACE}.svc.cluster.local`;

/** A rewrite left over from a migration: one name leads to another service, in one cluster. */
export const dnsRewrite: Defect = {
  id: 'dns-rewrite',
  title: 'in the last cluster a rewrite rule of CoreDNS sends the name of a service to another service',
  caughtBy: ['dns/cluster-ip', 'dns/record-types'],
  says: new RegExp(`${SHARED_SERVICE}.*(?:instead of|not so).*the Corefile says "rewrite`, 's'),
  silent: 'every pod runs, lookups succeed, calls are answered with 200 by the other service',
  plant: (lab) =>
    editCorefile(lab, lastCluster(lab), (corefile) =>
      corefile.replace(
        /^(\s*)ready$/m,
        `$1ready\n$1rewrite name exact ${nameOf(SHARED_SERVICE)} ${nameOf(TOLERANT_SERVICE)} answer auto`,
      ),
    ),
  async bites(lab) {
    const from = await digFrom(lab, lastCluster(lab));
    const { addresses } = await dig(lab, { ...from, name: nameOf(SHARED_SERVICE) });
    const other = await lab.clusterIp(lastCluster(lab), MESH_NAMESPACE, TOLERANT_SERVICE);
    return addresses.includes(other)
      ? `${nameOf(SHARED_SERVICE)} is ${other}, which is ${TOLERANT_SERVICE}'s`
      : undefined;
  },
  heal: (lab) => healCorefile(lab, lastCluster(lab)),
};
