import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { MESH_NAMESPACE, SPREAD_SERVICE } from '../lib/run/workloads.ts';
import { MeshproofError } from '../lib/support/errors.ts';
import { waitFor } from '../lib/support/kube.ts';

/** Starts as all tables of ours do, so that a sweep finds it without a journal, too. */
const TABLE = 'meshproof_proxy_cut_off';
/** Port at which istiod serves configuration. */
const XDS_PORT = 15_012;

/** A proxy that no push reaches goes on with what it knows: right today, wrong after the next change. */
export const invariantsProxyCutOff: Defect = {
  id: 'invariants-proxy-cut-off',
  title: 'a firewall rule on one node of the last cluster cuts a proxy off from its control plane',
  caughtBy: ['invariants/stale-proxies'],
  says: /crew-\d\.meshproof-mesh (is not served by any istiod|has not confirmed)/,
  silent: 'pods stay Ready and calls succeed until an endpoint, a policy or a certificate changes',
  async plant(lab) {
    const { cluster, pod } = await victim(lab);
    // Resets end the connection that is open at once, for both ends.
    const rules = ['ip saddr', 'ip daddr'].map((end) => {
      const port = end === 'ip saddr' ? 'dport' : 'sport';
      return `${end} ${pod.address} tcp ${port} ${XDS_PORT} counter reject with tcp reset;`;
    });
    const table = `table inet ${TABLE} { chain passing { type filter hook forward priority -300; policy accept; ${rules.join(' ')} }; }`;
    const gone = `nft delete table inet ${TABLE} 2>/dev/null || ! nft list table inet ${TABLE} 2>/dev/null`;
    await lab.changes.onNode(cluster, pod.node, ['nft', table], ['sh', '-c', gone]);
  },
  /** Both ends have been told that the connection is gone: the node counts what it turned back, each way. */
  async bites(lab) {
    const { cluster, pod } = await victim(lab);
    const listed = await lab.onNode(cluster, pod.node, ['nft', 'list', 'table', 'inet', TABLE]);
    const turnedBack = [...listed.stdout.matchAll(/counter packets (\d+)/g)].map(([, packets]) =>
      Number(packets),
    );
    return turnedBack.length === 2 && turnedBack.every((packets) => packets > 0)
      ? `${turnedBack.join(' and ')} packets between ${pod.name} and istiod were turned back`
      : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    const home = lab.lab.clusters.at(-1);
    const { inspection } = lab.driver;
    if (!home || !inspection) return;
    const context = { environment: lab.lab.environment, clusters: lab.lab.clusters, question: {} };
    await waitFor(
      'the proxy is served again',
      async () => {
        const { unreadable, unserved } = await inspection.facts(home, context);
        return unreadable === undefined && unserved.every((pod) => !pod.startsWith(SPREAD_SERVICE));
      },
      { timeoutMs: 90_000, everyMs: 2000 },
    );
  },
};

async function victim(lab: DefectLab) {
  const cluster = lastCluster(lab);
  const [pod] = await lab.pods(cluster, MESH_NAMESPACE, SPREAD_SERVICE);
  if (!pod) throw new MeshproofError('environment', `${cluster}: no running pod of ${SPREAD_SERVICE}`);
  return { cluster, pod };
}
