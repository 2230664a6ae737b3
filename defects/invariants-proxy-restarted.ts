import type { Defect, DefectLab } from '../lib/prove/defect.ts';
import { lastCluster } from '../lib/prove/clusters.ts';
import { proxySays } from '../lib/prove/proxy-view.ts';
import { MESH_NAMESPACE, SPREAD_SERVICE } from '../lib/run/workloads.ts';
import { MeshproofError } from '../lib/support/errors.ts';

/** A proxy that started less long ago than this was restarted by the defect: the workloads are older. */
const YOUNG_S = 40;

/** What a crash or the OOM killer does; a second later everything is green again. */
export const invariantsProxyRestarted: Defect = {
  id: 'invariants-proxy-restarted',
  title: 'in the last cluster a proxy dies and is started again',
  caughtBy: ['invariants/restarts'],
  says: /meshproof-mesh\/crew-\d container istio-proxy was restarted/,
  silent: 'seconds later all pods are Ready again; only a number in a column that nobody reads has changed',
  async plant(lab) {
    const { cluster, pod } = await victim(lab);
    const { metadata } = await lab
      .kube(cluster)
      .core.readNamespacedPod({ namespace: MESH_NAMESPACE, name: pod.name });
    const uid = metadata?.uid ?? 'unknown';
    // The pod's identity is in its processes' control group, with dashes or with underscores.
    const kill = `for p in $(pidof envoy); do grep -qE '${uid}|${uid.replaceAll('-', '_')}' /proc/$p/cgroup && kill -9 $p; done; true`;
    await lab.changes.onNode(cluster, pod.node, ['sh', '-c', kill], ['true']);
  },
  async bites(lab) {
    const info = JSON.parse(
      await proxySays(lab, { cluster: lastCluster(lab), app: SPREAD_SERVICE }, '/server_info'),
    ) as {
      uptime_all_epochs?: string;
    };
    const seconds = Number.parseFloat(info.uptime_all_epochs ?? 'NaN');
    return seconds < YOUNG_S ? `the proxy of ${SPREAD_SERVICE} has been up for ${seconds} s only` : undefined;
  },
  /** A new pod has no restarts. */
  async heal(lab) {
    await lab.changes.revert();
    const { cluster, pod } = await victim(lab);
    await lab.kube(cluster).core.deleteNamespacedPod({ namespace: MESH_NAMESPACE, name: pod.name });
    await lab.steady(120_000);
  },
};

async function victim(lab: DefectLab) {
  const cluster = lastCluster(lab);
  const [pod] = await lab.pods(cluster, MESH_NAMESPACE, SPREAD_SERVICE);
  if (!pod) throw new MeshproofError('environment', `${cluster}: no running pod of ${SPREAD_SERVICE}`);
  return { cluster, pod };
}
