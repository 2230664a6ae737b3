import { withAdmin } from '../mesh/istio/proxy-admin.ts';
import { MESH_NAMESPACE } from '../run/workloads.ts';
import { MeshproofError } from '../support/errors.ts';
import { waitFor } from '../support/kube.ts';
import type { DefectLab } from './defect.ts';

/** A workload by its `app` label; in the mesh's namespace unless another is given. */
export interface AppPlace {
  cluster: string;
  namespace?: string;
  app: string;
}

/**
 * What the proxy of a workload's first pod says at a path of its admin interface. Few suites look there, so what it shows
 * is independent of theirs. An `environment` error when no pod runs.
 */
export async function proxySays(
  lab: DefectLab,
  { cluster, namespace = MESH_NAMESPACE, app }: AppPlace,
  path: string,
): Promise<string> {
  const home = lab.lab.clusters.find(({ name }) => name === cluster);
  const [pod] = await lab.pods(cluster, namespace, app);
  if (!home || !pod) throw new MeshproofError('environment', `${cluster}: no running pod of ${app}`);
  return withAdmin(home, { namespace, name: pod.name }, (read) => read(path));
}

/** A workload's listener for everything that comes in, with its routes and filters; not the one that it drains. */
export async function inboundListener(lab: DefectLab, cluster: string, app: string): Promise<string> {
  const path = '/config_dump?resource=dynamic_listeners&name_regex=virtualInbound';
  const { configs = [] } = JSON.parse(await proxySays(lab, { cluster, app }, path)) as {
    configs?: { active_state?: unknown }[];
  };
  return JSON.stringify(configs.map((one) => one.active_state));
}

/** Envoy closes what it drains after its drain time, 45 s in Istio. */
const DRAINED_MS = 90_000;
/** A change takes a moment to arrive; the drain begins with it. */
const ARRIVAL_MS = 5000;
/** A listener is drained as a whole, or only those of its filter chains that changed. */
const DRAINING = ['total_listeners_draining', 'total_filter_chains_draining'];

/**
 * Undoes what was changed and waits until a workload's proxy has no connection left from before: callers keep connections,
 * and those that are open behave as the listener or filter chain says that they were made with.
 */
export async function healDrained(lab: DefectLab, place: AppPlace): Promise<void> {
  const undone = await lab.changes.revert();
  if (undone.length === 0) return;
  const path = `/stats?filter=${encodeURIComponent(`^listener_manager\\.(${DRAINING.join('|')})$`)}`;
  const began = Date.now();
  await waitFor(
    `the proxy of ${place.app} in ${place.cluster} has drained what was before the change`,
    async () => Date.now() - began >= ARRIVAL_MS && nothingDrains(await proxySays(lab, place, path)),
    { timeoutMs: DRAINED_MS, everyMs: 1000 },
  );
}

/** True when a proxy's statistics name both kinds of drain, and neither goes on. */
export function nothingDrains(stats: string): boolean {
  return DRAINING.every((stat) => new RegExp(`^listener_manager\\.${stat}: 0$`, 'm').test(stats));
}
