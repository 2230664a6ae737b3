import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { OUTSIDE_CALLER, OUTSIDE_NAMESPACE } from '../lib/run/workloads.ts';
import { there } from './join-secrets.ts';

/** Port of the gateways between the clusters. */
const GATEWAY_PORT = '15443';

/** Gateways that are there today may be called; one that comes tomorrow may not. */
function rule(lab: DefectLab): string[] {
  const nodes = lab.lab.clusters.flatMap((cluster) => cluster.nodes.map(({ address }) => address));
  const home = lab.lab.clusters.find(({ name }) => name === there(lab));
  // Its own pods too: what others send to its gateway is forwarded to a pod of that port.
  const known = [...nodes, home?.podCidr].join(',');
  // One rule in a table of its own: it goes as it came.
  return [
    'nft',
    `add table inet meshproof_defect_join; add chain inet meshproof_defect_join out { type filter hook forward priority 0; }; add rule inet meshproof_defect_join out ip daddr != { ${known} } tcp dport ${GATEWAY_PORT} drop`,
  ];
}

// Also where there is none (any more); `destroy` would need a newer nft than nodes have.
const UNDO = ['nft', 'add table inet meshproof_defect_join; delete table inet meshproof_defect_join'];

/** Firewalls between clusters list addresses, and a cluster that joins has new ones. */
export const joinFirewall: Defect = {
  id: 'join-firewall',
  title: "one cluster's firewall lets its workloads reach the gateways that it knows, and no new one",
  caughtBy: ['discovery/join-and-leave'],
  says: /callers in \S+ were not answered by it/,
  silent: 'control planes watch each other, and retries hide the black hole from every success rate',
  async plant(lab) {
    const cluster = lab.lab.clusters.find(({ name }) => name === there(lab));
    for (const { name } of cluster?.nodes ?? []) await lab.changes.onNode(there(lab), name, rule(lab), UNDO);
  },
  async bites(lab) {
    const agent = await lab.agent({
      cluster: there(lab),
      namespace: OUTSIDE_NAMESPACE,
      workload: OUTSIDE_CALLER,
    });
    // The gateway of the engine's own network: not a node, and it refuses what it does not serve.
    const address = lab.lab.clusters[0]?.nodes[0]?.address.replace(/\.\d+$/, '.1') ?? '';
    const { observations } = await agent.call(
      { protocol: 'tcp-connect', host: address, port: Number(GATEWAY_PORT) },
      { count: 3, deadlineMs: 1000 },
    );
    const silent = observations.every(
      ({ outcome }) => outcome === 'connect-timeout' || outcome === 'deadline',
    );
    return silent
      ? `${address}:${GATEWAY_PORT} is silent when called from a pod in ${there(lab)}`
      : undefined;
  },
  heal: async (lab) => void (await lab.changes.revert()),
};
