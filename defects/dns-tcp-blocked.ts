import { firstCluster } from '../lib/prove/clusters.ts';
import { dig, digFrom } from '../lib/prove/dig.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { MESH_NAMESPACE, SHARED_SERVICE } from '../lib/run/workloads.ts';

const TABLE = 'inet meshproof_defect_dns';
const RULES = ['output', 'forward'].flatMap((hook) => [
  `add chain ${TABLE} ${hook} { type filter hook ${hook} priority 0; policy accept; }`,
  `add rule ${TABLE} ${hook} tcp dport 53 drop`,
]);

/** A firewall rule that knows DNS as UDP only, on one node: large answers never arrive there. */
export const dnsTcpBlocked: Defect = {
  id: 'dns-tcp-blocked',
  title: 'on one node of the first cluster a firewall rule drops DNS over TCP',
  caughtBy: ['dns/every-node', 'dns/cluster-ip'],
  says: /over TCP: \d+ of \d+ answers are wrong|drops packets: .*tcp dport 53 drop/,
  silent: 'all lookups over UDP work; only answers that do not fit a datagram are missing, on that node',
  async plant(lab) {
    const { cluster, node } = await digFrom(lab, firstCluster(lab));
    const script = [`add table ${TABLE}`, ...RULES].map((rule) => `nft '${rule}'`).join(' && ');
    await lab.changes.onNode(
      cluster,
      node,
      ['sh', '-c', script],
      ['sh', '-c', `nft 'delete table ${TABLE}' 2>/dev/null || true`],
    );
  },
  async bites(lab) {
    const question = {
      ...(await digFrom(lab, firstCluster(lab))),
      name: `${SHARED_SERVICE}.${MESH_NAMESPACE}.svc.cluster.local`,
    };
    const udp = await dig(lab, question);
    const tcp = await dig(lab, { ...question, over: 'tcp' });
    return udp.rcode === 'NOERROR' && tcp.rcode === 'silent'
      ? `${question.node} is answered over UDP and not over TCP`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
