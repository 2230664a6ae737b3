import { parseDuration } from '../model/duration.ts';
import type { Kube } from '../support/kube.ts';

/** Kubernetes' own defaults: 50 s since 1.32, 40 s before (pkg/controller/nodelifecycle/config). */
const USUAL_MS = { since: 32, ms: 50_000, beforeMs: 40_000 };
/** Nodes are looked at every so often (--node-monitor-period). */
const USUAL_PERIOD_MS = 5000;

/** After how long a node that says nothing is given up, and its endpoints with it; milliseconds. */
export interface NodeGrace {
  graceMs: number;
  periodMs: number;
}

/** Reads it from the controller manager that runs; undefined where that is not to be seen, as in managed clusters. */
export async function readNodeGrace({ core }: Pick<Kube, 'core'>): Promise<NodeGrace | undefined> {
  const { items } = await core.listNamespacedPod({
    namespace: 'kube-system',
    labelSelector: 'component=kube-controller-manager',
  });
  const container = items[0]?.spec?.containers[0];
  if (!container) return undefined;
  return nodeGraceOf([...(container.command ?? []), ...(container.args ?? [])], container.image ?? '');
}

/** As {@link readNodeGrace}, from the command line and the image of a controller manager. */
export function nodeGraceOf(command: readonly string[], image: string): NodeGrace {
  const flag = (name: string) =>
    parseDuration(command.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '');
  const minor = Number(/:v1\.(\d+)\./.exec(image)?.[1] ?? USUAL_MS.since);
  return {
    graceMs: flag('node-monitor-grace-period') ?? (minor >= USUAL_MS.since ? USUAL_MS.ms : USUAL_MS.beforeMs),
    periodMs: flag('node-monitor-period') ?? USUAL_PERIOD_MS,
  };
}
