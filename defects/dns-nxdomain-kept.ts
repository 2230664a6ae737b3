import { firstCluster } from '../lib/prove/clusters.ts';
import { dig, digFrom } from '../lib/prove/dig.ts';
import { editCorefile, healCorefile } from '../lib/prove/corefile.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE } from '../lib/run/workloads.ts';

/** "No such name" is remembered for five minutes: what starts in the wrong order stays broken that long. */
export const dnsNxdomainKept: Defect = {
  id: 'dns-nxdomain-kept',
  title: 'in the first cluster the cache of CoreDNS keeps "no such name" for five minutes',
  caughtBy: ['dns/negative-caching', 'dns/ttl'],
  says: /remembered as missing for \d{3} s|not known for good.*the Corefile says "denial/s,
  silent: 'names that exist resolve as ever; only who asked too early waits, and nobody is told',
  plant: (lab) =>
    editCorefile(lab, firstCluster(lab), (corefile) =>
      corefile.replace(
        /^(\s*)cache 30 \{[^}]*\}/m,
        '$1cache 30 {\n$1   success 9984 30\n$1   denial 9984 300 300\n$1}',
      ),
    ),
  async bites(lab) {
    const from = await digFrom(lab, firstCluster(lab));
    const name = `nobody-planted.${MESH_NAMESPACE}.svc.cluster.local`;
    await dig(lab, { ...from, name });
    // Each resolver counts what its cache holds, and tells it beside the answers.
    for (const address of await lab.endpoints(firstCluster(lab), 'kube-system', 'kube-dns')) {
      const url = `http://${address}:9153/metrics`;
      const { stdout } = await lab.onNode(from.cluster, from.node, ['curl', '-s', '-m', '3', url]);
      const kept = /^coredns_cache_entries\{[^}]*type="denial"[^}]*\} ([1-9]\d*)/m.exec(stdout)?.[1];
      if (kept !== undefined) return `the resolver at ${address} keeps ${kept} names as missing`;
    }
    return undefined;
  },
  heal: (lab) => healCorefile(lab, firstCluster(lab)),
};
