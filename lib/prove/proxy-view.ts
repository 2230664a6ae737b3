import { withAdmin } from '../mesh/istio/proxy-admin.ts';
import { MESH_NAMESPACE } from '../run/workloads.ts';
import { MeshproofError } from '../support/errors.ts';
import { waitFor } from '../support/kube.ts';
import type { DefectLab } from './defect.ts';

/** What the proxy of a workload's first pod says at a path of its admin interface. */
export async function proxySays(lab: DefectLab, cluster: string, app: string, path: string): Promise<string> {
  const home = lab.lab.clusters.find(({ name }) => name === cluster);
  const [pod] = await lab.pods(cluster, MESH_NAMESPACE, app);
  if (!home || !pod) throw new MeshproofError('environment', `${cluster}: no running pod of ${app}`);
  return withAdmin(home, { namespace: MESH_NAMESPACE, name: pod.name }, (read) => read(path));
}

/** The cluster that defects are planted in: another one than most would look at first. */
export function lastCluster(lab: DefectLab): string {
  return lab.lab.clusters.at(-1)?.name ?? '';
}

/** A workload's listener for everything that comes in, with its routes and filters; not the one that it drains. */
export async function inboundListener(lab: DefectLab, cluster: string, app: string): Promise<string> {
  const path = '/config_dump?resource=dynamic_listeners&name_regex=virtualInbound';
  const { configs = [] } = JSON.parse(await proxySays(lab, cluster, app, path)) as {
    configs?: { active_state?: unknown }[];
  };
  return JSON.stringify(configs.map((one) => one.active_state));
}

/**
 * Waits until a workload's proxy has drained every listener that was replaced (Istio's drain time, 45 s): until then
 * connections that were open before still behave as it says.
 */
export async function drained(lab: DefectLab, cluster: string, app: string): Promise<void> {
  const stat = 'listener_manager.total_listeners_draining';
  await waitFor(
    `the proxy of ${app} in ${cluster} has drained its old listeners`,
    async () => /: 0\s*$/.test(await proxySays(lab, cluster, app, `/stats?filter=${stat}`)),
    { timeoutMs: 90_000, everyMs: 1000 },
  );
}
