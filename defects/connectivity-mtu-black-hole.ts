import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';

const TABLE = 'inet meshproof_black_hole';
/** As a tunnel of 1400 bytes on the way, whose reports to the sender are filtered. */
const LARGEST = 1400;

/** Pings and handshakes of small messages pass, large answers hang: the classic of new VPN and peering links. */
export const connectivityMtuBlackHole: Defect = {
  id: 'connectivity-mtu-black-hole',
  title: `packets above ${LARGEST} bytes from one cluster to the others are dropped and nobody is told`,
  caughtBy: ['connectivity/path-mtu'],
  says: /up to 1372 bytes of payload pass, with 1422 and more they vanish without a report: an MTU black hole/,
  silent: 'nodes and pods are ready, pings answer, connections open',
  async plant(lab) {
    const here = clusterOf(lab);
    const others = lab.lab.clusters.filter(({ name }) => name !== lastCluster(lab));
    const addresses = others.flatMap(({ nodes }) => nodes.map(({ address }) => address)).join(', ');
    const script = [
      `nft add table ${TABLE}`,
      `nft add chain ${TABLE} out '{ type filter hook postrouting priority 300 ; }'`,
      `nft add rule ${TABLE} out ip daddr '{ ${addresses} }' ip length gt ${LARGEST} counter drop`,
    ].join(' && ');
    const undo = ['sh', '-c', `nft delete table ${TABLE} 2>/dev/null || true`];
    for (const { name } of here?.nodes ?? []) {
      await lab.changes.onNode(lastCluster(lab), name, ['sh', '-c', script], undo);
    }
  },
  async bites(lab) {
    const node = clusterOf(lab)?.nodes[0]?.name ?? '';
    const far = lab.lab.clusters.find(({ name }) => name !== lastCluster(lab))?.nodes[0]?.address ?? '';
    // Port 9, discard: a datagram of full size that nobody waits for.
    const send = `head -c 1450 /dev/zero > /dev/udp/${far}/9`;
    const look = `nft list chain ${TABLE} out`;
    const { stdout } = await lab.onNode(lastCluster(lab), node, ['bash', '-c', `${send}; ${look}`]);
    const packets = Number(/counter packets (\d+)/.exec(stdout)?.[1] ?? 0);
    return packets > 0 ? `${node} dropped ${packets} packets above ${LARGEST} bytes` : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};

function clusterOf(lab: DefectLab) {
  return lab.lab.clusters.find(({ name }) => name === lastCluster(lab));
}
