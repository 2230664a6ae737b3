import { mustBeDisturbable } from '../../fault/consent.ts';
import type { MeteredContainer, UsageSample, UsageSource } from '../../model/cost.ts';
import type { Lab } from '../../model/lab.ts';
import { MeshproofError } from '../../support/errors.ts';
import { openKube } from '../../support/kube.ts';
import { mustRunInNode } from '../../support/node-access.ts';

/** Containers that run on one node. */
export interface NodeContainers {
  cluster: string;
  node: string;
  containers: readonly MeteredContainer[];
}

/**
 * Which counters may be read: those in the nodes, which are exact at every moment, where nodes may be entered; else the
 * kubelets' copies, which any cluster shows to who may read `nodes/proxy`.
 */
export function usageSourceOf(lab: Lab): UsageSource {
  try {
    mustBeDisturbable(lab, 'a look at counters in nodes');
    return 'nodes';
  } catch (error) {
    if (error instanceof MeshproofError && error.kind === 'not-applicable') return 'kubelets';
    throw error;
  }
}

/** Reads what the containers of one node have used by now. Those that are gone are left out. */
export async function readUsage(lab: Lab, source: UsageSource, on: NodeContainers): Promise<UsageSample[]> {
  const cluster = lab.clusters.find(({ name }) => name === on.cluster);
  const container = cluster?.nodes.find(({ name }) => name === on.node)?.container;
  if (!cluster || container === undefined)
    throw new MeshproofError('bug', `no node ${on.node} in cluster ${on.cluster}`);
  const ids = on.containers.map(({ id }) => id);
  if (source === 'nodes') {
    const { stdout } = await mustRunInNode(lab.access, container, ['sh', '-c', READ_CGROUPS, 'sh', ...ids]);
    return parseCgroups(stdout);
  }
  const path = `/api/v1/nodes/${on.node}/proxy/stats/summary`;
  const summary = await openKube(cluster.kubeconfig).core.connectGetNodeProxyWithPath({
    name: on.node,
    path: 'stats/summary',
  });
  return parseSummary(typeof summary === 'string' ? summary : JSON.stringify(summary), on.containers, path);
}

/**
 * Prints a line for each container whose id is given: id, now, processor time in ns, anonymous memory in bytes. Cgroup v1 keeps
 * the two in trees of their own, v2 in one (Documentation/admin-guide/cgroup-v1/{cpuacct,memory}.rst, cgroup-v2.rst).
 */
export const READ_CGROUPS = `
root=\${CGROUPS:-/sys/fs/cgroup}
for id in "$@"; do
  if [ -d "$root/cpuacct" ]; then
    cpu=$(find "$root/cpuacct/" -type d -name "*$id*" 2>/dev/null | head -n 1)
    memory=$(find "$root/memory/" -type d -name "*$id*" 2>/dev/null | head -n 1)
    [ -n "$cpu" ] && [ -n "$memory" ] || continue
    used=$(cat "$cpu/cpuacct.usage") && held=$(sed -n 's/^total_rss //p' "$memory/memory.stat") || continue
  else
    both=$(find "$root/" -type d -name "*$id*" 2>/dev/null | head -n 1)
    [ -n "$both" ] || continue
    used=$(sed -n 's/^usage_usec //p' "$both/cpu.stat")000 && held=$(sed -n 's/^anon //p' "$both/memory.stat") || continue
  fi
  echo "$id $(date +%s%N) $used $held"
done`;

/** Reads what {@link READ_CGROUPS} prints; lines that miss something are left out: that container ends just now. */
export function parseCgroups(text: string): UsageSample[] {
  return text.split('\n').flatMap((line) => {
    const [, id = '', now, used, held] = /^(\S+) (\d+) (\d+) (\d+)$/.exec(line) ?? [];
    if (id === '') return [];
    return [{ id, at: Number(now) / 1e6, cpuMs: Number(used) / 1e6, residentBytes: Number(held) }];
  });
}

interface Summary {
  pods?: {
    podRef?: { name?: string; namespace?: string };
    containers?: {
      name?: string;
      cpu?: { time?: string; usageCoreNanoSeconds?: number };
      memory?: { rssBytes?: number };
    }[];
  }[];
}

/** Reads a kubelet's `/stats/summary` (k8s.io/kubelet/pkg/apis/stats/v1alpha1); its figures have times of their own, in whole seconds. */
export function parseSummary(
  text: string,
  wanted: readonly Pick<MeteredContainer, 'id' | 'pod' | 'namespace' | 'container'>[],
  what: string,
): UsageSample[] {
  let summary: Summary;
  try {
    summary = JSON.parse(text) as Summary;
  } catch (cause) {
    throw new MeshproofError('environment', `${what} is no JSON: ${text.slice(0, 80)}`, { cause });
  }
  return wanted.flatMap(({ id, pod, namespace, container }) => {
    const found = summary.pods?.find(({ podRef }) => podRef?.name === pod && podRef.namespace === namespace);
    const stats = found?.containers?.find(({ name }) => name === container);
    const at = Date.parse(stats?.cpu?.time ?? '');
    const used = stats?.cpu?.usageCoreNanoSeconds;
    const held = stats?.memory?.rssBytes;
    if (Number.isNaN(at) || used === undefined || held === undefined) return [];
    return [{ id, at, cpuMs: used / 1e6, residentBytes: held }];
  });
}
