import { firstCluster } from '../lib/prove/clusters.ts';
import { dig, digFrom } from '../lib/prove/dig.ts';
import { editCorefile, healCorefile } from '../lib/prove/corefile.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

/** Somebody lowered the load on CoreDNS: clients keep addresses of pods that are long gone. */
export const dnsTtlHour: Defect = {
  id: 'dns-ttl-hour',
  title: 'in the first cluster CoreDNS lets clients keep its answers for an hour',
  caughtBy: ['dns/ttl'],
  says: /is kept for 3600 s.*the Corefile says "ttl 3600"/s,
  silent: 'every answer is right when it is given; nothing fails until an address changes',
  // Without the second the cache would cap the answers' lifetime at its own, even where it caches nothing.
  plant: (lab) =>
    editCorefile(lab, firstCluster(lab), (corefile) =>
      corefile.replace(/^(\s*)ttl 30$/m, '$1ttl 3600').replace(/^(\s*)cache 30 /m, '$1cache 3600 '),
    ),
  async bites(lab) {
    const name = `${SHARED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`;
    const { ttlSeconds } = await dig(lab, { ...(await digFrom(lab, firstCluster(lab))), name });
    return ttlSeconds === 3600 ? `${name} may be kept for ${ttlSeconds} s` : undefined;
  },
  heal: (lab) => healCorefile(lab, firstCluster(lab)),
};
