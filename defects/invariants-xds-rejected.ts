import { sumStats } from '../lib/mesh/istio/proxy-admin.ts';
import type { Defect } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { inboundHttpFilter, luaFilter } from '../lib/prove/http-filter.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';
import { MESH_NAMESPACE, SPREAD_SERVICE } from '../lib/run/workloads.ts';
import { waitFor } from '../lib/support/kube.ts';

/** A script that does not compile: accepted by the control plane, turned down by every proxy that gets it. */
export const invariantsXdsRejected: Defect = {
  id: 'invariants-xds-rejected',
  title: 'in the last cluster an EnvoyFilter carries a script that does not compile',
  caughtBy: ['invariants/rejections', 'invariants/stale-proxies'],
  says: /crew-\d\.meshproof-mesh: listener: .*(script|lua)|crew-\d\.meshproof-mesh has not confirmed its newest listener/i,
  silent: 'pods stay Ready and keep their old listeners; every later change of theirs is lost without a word',
  plant: (lab) =>
    lab.changes.apply(lastCluster(lab), [
      inboundHttpFilter(
        { name: 'half-a-script', namespace: MESH_NAMESPACE },
        luaFilter('function envoy_on_request('),
        SPREAD_SERVICE,
      ),
    ]),
  async bites(lab) {
    const rejected = await rejections(lab);
    return rejected > 0
      ? `the proxy of ${SPREAD_SERVICE} counts ${rejected} rejected listener updates`
      : undefined;
  },
  async heal(lab) {
    await lab.changes.revert();
    const cluster = lab.lab.clusters.at(-1);
    const { inspection } = lab.driver;
    if (!cluster || !inspection) return;
    const context = { environment: lab.lab.environment, clusters: lab.lab.clusters, question: {} };
    await waitFor(
      'every proxy takes its listeners again',
      async () => {
        const { unreadable, rejections: turnedDown } = await inspection.facts(cluster, context);
        return unreadable === undefined && turnedDown.length === 0;
      },
      { timeoutMs: 60_000 },
    );
  },
};

async function rejections(lab: Parameters<Defect['bites']>[0]): Promise<number> {
  const stats = '/stats?filter=listener_manager.lds.update_rejected';
  return sumStats(await proxySays(lab, { cluster: lastCluster(lab), app: SPREAD_SERVICE }, stats));
}
