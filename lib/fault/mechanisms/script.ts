import type { FaultPlan, FaultTarget, PodSpec } from '../../model/fault.ts';
import { MeshproofError } from '../../support/errors.ts';
import { tryExec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import type { Mechanism } from '../mechanism.ts';
import {
  armTimers,
  disarmTimers,
  envOf,
  inNodeInTime,
  isActive,
  nodesOf,
  onEach,
  tryInNode,
} from './in-node.ts';
import { allReady, isReady, kubectl, podsOf } from './kubectl.ts';

/** What a harmful program of ours in a node is: a shell script that goes on until it is stopped. */
interface Work {
  script: string;
  /** A shell command that prints what shows that it bites, and fails while nothing does. */
  evidence: string;
}

/**
 * Runs a script of ours in the nodes, as a service of theirs that ends by itself past the deadline. The dead-man stops it;
 * nothing of it is left on the node's disk.
 */
export const script: Mechanism = {
  arm: (plan) => armTimers(plan, ['systemctl', 'stop', unitOf(plan)]),
  async inject(plan) {
    const seconds = Math.max(1, Math.ceil((plan.deadline - Date.now()) / 1000));
    const start = [
      'systemd-run',
      `--unit=${unitOf(plan)}`,
      '--collect',
      `--property=RuntimeMaxSec=${seconds}`,
    ];
    await onEach(plan, (target) => inNodeInTime(plan, target, [...start, 'sh', '-c', workOf(plan).script]));
  },
  async proveEffect(plan) {
    const seen = async (target: FaultTarget) => {
      const { exitCode, stdout } = await tryInNode(plan, target, ['sh', '-c', workOf(plan).evidence]);
      return exitCode === 0 ? `${target.node}: ${stdout.trim()}` : undefined;
    };
    const words = await waitFor(
      'the script bites',
      async () => {
        const each = (await Promise.all(plan.targets.map(seen))).flatMap((one) => one ?? []);
        return each.length > 0 ? each.join(', ') : undefined;
      },
      { timeoutMs: 20_000, everyMs: 250 },
    ).catch((error: unknown) => {
      throw new MeshproofError('inconclusive', `${plan.spec.kind} was not seen to bite on ${nodesOf(plan)}`, {
        cause: error,
      });
    });
    return words;
  },
  async revert(plan) {
    await onEach(plan, (target) => tryInNode(plan, target, ['systemctl', 'stop', unitOf(plan)]));
    if (plan.spec.kind === 'pod-crash-loop') await beginAnew(plan, plan.spec);
  },
  async proveRevert(plan) {
    await onEach(plan, async (target) => {
      if (await isActive(plan, target, unitOf(plan)))
        throw new MeshproofError('environment', `${target.node}: ${unitOf(plan)} still runs`);
    });
    const words = `${unitOf(plan)} does not run on ${nodesOf(plan)}`;
    if (plan.spec.kind !== 'pod-crash-loop') return words;
    return `${words}, ${await allReady(plan, plan.spec.namespace, plan.spec.app)}`;
  },
  disarm: disarmTimers,
};

function unitOf({ id }: Pick<FaultPlan, 'id'>): string {
  return `meshproof-${id}-work.service`;
}

function workOf(plan: FaultPlan): Work {
  if (plan.spec.kind === 'cpu-pressure') return cpuWork(plan, plan.spec.workers);
  if (plan.spec.kind === 'pod-crash-loop') return crashWork(plan, plan.spec);
  throw new MeshproofError('bug', `${plan.spec.kind} runs no script`);
}

function cpuWork({ id }: FaultPlan, workers?: number): Work {
  const mark = `meshproof-load-${id}`;
  const count = workers === undefined ? '$(nproc)' : String(workers);
  return {
    script: `for i in $(seq ${count}); do sh -c 'while :; do :; done' ${mark} & done; wait`,
    // Field 14 of /proc/PID/stat: ticks in user mode, 100 a second (proc(5)); counted from behind the name, which may hold anything.
    evidence: `sum=0; n=0; for pid in $(pgrep -f '${mark}$'); do t=$(sed 's/.*) //' /proc/$pid/stat | cut -d' ' -f12); sum=$((sum + t)); n=$((n + 1)); done; [ $sum -gt 20 ] && echo "$n processes have computed for $((sum * 10)) ms"`,
  };
}

/** So long a container runs before it is killed: long enough to have been started, too short to become ready. */
const LIFE_S = 2;

function crashWork({ id }: FaultPlan, { namespace, app }: PodSpec): Work {
  const log = `/run/meshproof-${id}.kills`;
  // As the controllers of Deployments and StatefulSets name their pods.
  const filter = [
    `labels."io.kubernetes.pod.namespace"==${namespace}`,
    'labels."io.cri-containerd.kind"==container',
    `labels."io.kubernetes.pod.name"~="^${app}-([a-z0-9]+-[a-z0-9]{5}|[0-9]+)$"`,
  ].join(',');
  return {
    script: [
      `trap 'rm -f ${log}; exit 0' TERM INT EXIT`,
      'while :; do',
      `  ids=$(ctr --namespace k8s.io containers ls --quiet '${filter}')`,
      '  tasks=$(ctr --namespace k8s.io tasks ls)',
      '  for id in $ids; do',
      `    pid=$(echo "$tasks" | awk -v id="$id" '$1 == id && $3 == "RUNNING" { print $2 }')`,
      `    [ -z "$pid" ] || { kill -9 "$pid" && echo "$pid" >> ${log}; }`,
      '  done',
      `  sleep ${LIFE_S} & wait $!`,
      'done',
    ].join('\n'),
    evidence: `[ -s ${log} ] && echo "$(wc -l < ${log}) times a container of ${namespace}/${app} was killed"`,
  };
}

/** The kubelet waits ever longer before it starts again what was killed often: that is ours too, and goes with the pods. */
async function beginAnew(plan: FaultPlan, { namespace, app }: PodSpec): Promise<void> {
  const waiting = (await podsOf(plan, namespace, app)).filter((pod) => !isReady(pod));
  for (const { metadata } of waiting)
    await kubectl(plan, ['delete', 'pod', metadata.name, '--namespace', namespace, '--wait=false']);
}

/** Scripts of ours that still run in a node, whoever left them. */
export async function leftoverScripts(container: string, dockerHost: string): Promise<string[]> {
  const list = ['systemctl', 'list-units', '--plain', '--no-legend', 'meshproof-*-work.service'];
  const { stdout } = await tryExec('docker', ['exec', container, ...list], envOf({ dockerHost }));
  return [...stdout.matchAll(/^(meshproof-\S+-work\.service)/gm)].map(([, unit = '']) => unit);
}
