import type { Freezable } from '../../model/fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import { MeshproofError } from '../../support/errors.ts';
import { waitFor } from '../../support/kube.ts';
import type { NodeAccess } from '../../model/lab.ts';
import { runInNode } from '../../support/node-access.ts';
import type { Mechanism } from '../mechanism.ts';
import { armTimers, disarmTimers } from './dead-man.ts';
import { inNode, inNodeInTime, nodesOf, onEach, tryInNode } from './in-node.ts';

/** The container that each program runs in, wherever its pods are. */
export const CONTAINERS: Record<Freezable, { namespace: string; container: string }> = {
  etcd: { namespace: 'kube-system', container: 'etcd' },
  'api-server': { namespace: 'kube-system', container: 'kube-apiserver' },
  coredns: { namespace: 'kube-system', container: 'coredns' },
  istiod: { namespace: 'istio-system', container: 'discovery' },
  gateway: { namespace: 'istio-system', container: 'istio-proxy' },
};

/**
 * Stops the processes of a program's containers (SIGSTOP) in the nodes that run them. Which ones is written down in the
 * node: the dead-man lets exactly those go on, without asking a container runtime or an API server.
 */
export const signal: Mechanism = {
  async arm(plan) {
    const armed = await armTimers(plan, ['sh', '-c', goOnScript(plan)]);
    await onEach(plan, (target) => inNodeInTime(plan, target, ['sh', '-s'], listScript(plan)));
    if ((await allProcesses(plan)).length === 0)
      throw new MeshproofError('inconclusive', `${programOf(plan)} runs on none of ${nodesOf(plan)}`);
    return armed;
  },
  async inject(plan) {
    // One that ended meanwhile is no error; whether the others stand still is for the proof.
    const script = `pids=$(cat ${pidsFile(plan)}); [ -z "$pids" ] || kill -STOP $pids || true`;
    await onEach(plan, (target) => inNodeInTime(plan, target, ['sh', '-c', script]));
  },
  async proveEffect(plan) {
    const all = await allProcesses(plan);
    const standing = all.filter(({ state }) => state === 'T');
    if (standing.length === 0 || standing.length < all.length)
      throw new MeshproofError(
        'inconclusive',
        `only ${standing.length} of ${all.length} processes of ${programOf(plan)} stand still after SIGSTOP`,
      );
    const nodes = [...new Set(standing.map(({ node }) => node))];
    return `${standing.length} processes of ${programOf(plan)} stand still, on ${nodes.join(', ')}`;
  },
  async revert(plan) {
    await onEach(plan, (target) => inNode(plan, target, ['sh', '-c', goOnScript(plan)]));
  },
  async proveRevert(plan) {
    await onEach(plan, (target) =>
      waitFor(
        `${target.node}: no process stands still`,
        async () => (await tryInNode(plan, target, ['test', '-e', pidsFile(plan)])).exitCode !== 0,
        { timeoutMs: 30_000, nextStep: 'meshproof sweep' },
      ),
    );
    return `no process of ${programOf(plan)} stands still any more`;
  },
  disarm: disarmTimers,
};

/** Writes down the processes of all matching containers of the node: each container's first one, and its children. */
export function listScript(plan: FaultPlan): string {
  const { namespace, container } = CONTAINERS[programOf(plan)];
  const filter = [
    `labels."io.kubernetes.pod.namespace"==${namespace}`,
    `labels."io.kubernetes.container.name"==${container}`,
  ];
  const each = '[ -z "$pid" ] || { echo "$pid"; pgrep -P "$pid" || true; }';
  return ['set -e', `{ ${forEachTask(filter, each)}; } > ${pidsFile(plan)}`].join('\n');
}

/** Does something in a shell for every running container of the node that the filters match; `$pid` is its first process. */
export function forEachTask(filters: readonly string[], command: string): string {
  // containerd's own client: a node need not have crictl.
  return [
    `ids=$(ctr --namespace k8s.io containers ls --quiet '${filters.join(',')}')`,
    'tasks=$(ctr --namespace k8s.io tasks ls)',
    'for id in $ids; do',
    `  pid=$(echo "$tasks" | awk -v id="$id" '$1 == id && $3 == "RUNNING" { print $2 }')`,
    `  ${command}`,
    'done',
  ].join('\n');
}

/** Lets them go on. Says so by removing the file only when none of them stands still any more. */
export function goOnScript(plan: Pick<FaultPlan, 'id'>): string {
  const file = pidsFile(plan);
  return `[ ! -e ${file} ] || { for pid in $(cat ${file}); do kill -CONT $pid 2>/dev/null; done; sleep 0.1; ! grep -qs '^State:.T' $(sed 's#.*#/proc/&/status#' ${file}) && rm -f ${file}; }`;
}

interface Process {
  node: string;
  /** One letter, as in /proc/PID/stat; empty when it has ended. */
  state: string;
}

async function allProcesses(plan: FaultPlan): Promise<Process[]> {
  return (await Promise.all(plan.targets.map((target) => processesOf(plan, target)))).flat();
}

/** The processes that were written down in a node, as they are now. */
async function processesOf(plan: FaultPlan, target: FaultPlan['targets'][number]): Promise<Process[]> {
  const script = `for pid in $(cat ${pidsFile(plan)}); do echo "$pid $(sed -n 's/^State:.\\(.\\).*/\\1/p' /proc/$pid/status 2>/dev/null)"; done`;
  const { stdout } = await inNode(plan, target, ['sh', '-c', script]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ node: target.node, state: line.split(' ')[1] ?? '' }));
}

function programOf({ spec }: FaultPlan): Freezable {
  if (spec.kind === 'process-freeze' || spec.kind === 'process-slow') return spec.program;
  throw new MeshproofError('bug', `${spec.kind} stops no process`);
}

/** Where the processes that are stopped are written down, in the node. */
export function pidsFile({ id }: Pick<FaultPlan, 'id'>): string {
  return `/run/meshproof-${id}.pids`;
}

/** Faults whose processes still stand still in a node, whoever left them, each with the script that lets them go on. */
export async function leftoverFreezes(
  container: string,
  access: NodeAccess,
): Promise<{ id: string; goOn: string }[]> {
  const { stdout } = await runInNode(access, container, ['ls', '/run']);
  return [...stdout.matchAll(/^meshproof-(\S+)\.pids$/gm)].map(([, id = '']) => ({
    id,
    goOn: goOnScript({ id }),
  }));
}
