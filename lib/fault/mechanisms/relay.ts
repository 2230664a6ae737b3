import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import type { FaultPlan, FaultTarget, RelaySetup } from '../../model/fault.ts';
import { MeshproofError } from '../../support/errors.ts';
import { tryExec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import { projectRoot } from '../../support/paths.ts';
import type { Mechanism } from '../mechanism.ts';
import {
  armTimers,
  disarmTimers,
  envOf,
  inNode,
  inNodeInTime,
  nodesOf,
  onEach,
  tryInNode,
} from './in-node.ts';
import { countedPackets, tableOf, tableText } from './nftables.ts';

/** A client of containerd in the namespace where the workload image is. */
const CTR = ['ctr', '--namespace', 'k8s.io'];
/** So long an answer of the gateway to nonsense is waited for. */
const PATIENCE_S = 15;

/**
 * Sends what a cluster sends to the gateways of another through a relay in each node that holds it for a while: latency
 * where the kernel has no netem. It shows neither loss nor UDP. The relay is a container beside those of Kubernetes, which
 * does not know it; the dead-man takes the rule away first, then the relay, and with it the connections that are held.
 */
export const relay: Mechanism = {
  async arm(plan) {
    const text = await programText();
    // The image's user is not root, and has to read it.
    const write = `umask 022 && mkdir -p /run/meshproof && cat > ${fileOf(plan)}`;
    const armed = await armTimers(plan, ['sh', '-c', undoScript(plan)]);
    await onEach(plan, (target) => inNodeInTime(plan, target, ['sh', '-c', write], text));
    return armed;
  },
  async inject(plan) {
    await onEach(plan, async (target) => {
      await inNodeInTime(plan, target, runCommand(plan, target));
      await waitFor(`${target.node}: the relay listens`, () => listens(plan, target), {
        timeoutMs: 20_000,
        everyMs: 100,
      });
      await inNodeInTime(plan, target, ['nft', '-f', '-'], tableText(plan, target));
      await inNodeInTime(plan, target, ['sh', '-c', forgetScript(plan)]);
    });
  },
  async proveEffect(plan) {
    const { delayMs, jitterMs } = setupOf(plan);
    const words = await Promise.all(
      plan.targets.map(async (target, index) => {
        const tookMs = await answerTime(plan, index);
        const packets = await countedPackets(plan, target);
        if (packets > 0 && tookMs !== undefined && tookMs >= delayMs - jitterMs)
          return `${target.node} answers after ${tookMs} ms`;
        throw new MeshproofError(
          'inconclusive',
          `${target.node}: ${packets} connections went through the relay, and an answer took ${tookMs ?? 'more than 15,000'} ms`,
        );
      }),
    );
    return words.join(', ');
  },
  async revert(plan) {
    await onEach(plan, (target) => inNode(plan, target, ['sh', '-c', undoScript(plan)]));
  },
  async proveRevert(plan) {
    await onEach(plan, async (target) => {
      const { stdout: tables } = await inNode(plan, target, ['nft', 'list', 'tables']);
      const { stdout: tasks } = await inNode(plan, target, [...CTR, 'tasks', 'ls']);
      if (!tables.includes(tableOf(plan)) && !tasks.includes(nameOf(plan))) return;
      throw new MeshproofError('environment', `${target.node}: the relay ${nameOf(plan)} is still there`, {
        nextStep: 'meshproof sweep',
      });
    });
    const { delayMs } = setupOf(plan);
    // At once where it works: a machine that is busy gets some tries.
    await waitFor(
      'answers take less than half the delay',
      async () => {
        const times = await Promise.all(plan.targets.map((_, index) => answerTime(plan, index)));
        return times.every((ms) => ms !== undefined && ms < Math.max(20, delayMs / 2));
      },
      { timeoutMs: 30_000, everyMs: 200, nextStep: 'meshproof diagnose' },
    );
    return `no rule and no relay on ${nodesOf(plan)}, and answers take less than half the delay`;
  },
  disarm: disarmTimers,
};

/** How long the gateway takes to end a connection on which nonsense was sent, milliseconds; undefined when it does not. */
async function answerTime(plan: FaultPlan, index: number): Promise<number | undefined> {
  const one = plan.knocks[index];
  if (!one) throw new MeshproofError('bug', 'a relay has a knock for each target');
  const { stdout, exitCode } = await tryExec(
    'docker',
    ['exec', one.container, 'timeout', String(PATIENCE_S), 'bash', '-c', one.command],
    envOf(plan),
  );
  return exitCode === 0 ? Number(stdout.trim()) : undefined;
}

/** The relay as one ES module without types: any Node of these years runs it. */
async function programText(): Promise<string> {
  const file = join(projectRoot, 'lib/fault/relay/relay.ts');
  const { code } = await transform(await readFile(file, 'utf8'), { loader: 'ts', format: 'esm' });
  return code;
}

/** Starts the relay in a container that shares the node's network. */
export function runCommand(plan: FaultPlan, { address = '' }: FaultTarget): string[] {
  const { image, port, toPort, delayMs, jitterMs } = setupOf(plan);
  const mount = `type=bind,src=${fileOf(plan)},dst=/relay.mjs,options=rbind:ro`;
  const program = ['node', '/relay.mjs', port, address, toPort, delayMs, jitterMs].map(String);
  return [...CTR, 'run', '--detach', '--net-host', '--mount', mount, image, nameOf(plan), ...program];
}

/**
 * Makes the node forget connections that were open when the rule came, which it would pass over: their next packet meets the
 * relay, which does not know them, and who has lost one opens another. conntrack(8) fails where there was none.
 */
export function forgetScript(plan: FaultPlan): string {
  const { sources, toPort } = setupOf(plan);
  const forget = sources.map(
    (source) => `conntrack -D -p tcp -s ${source} --dport ${toPort} >/dev/null 2>&1`,
  );
  return [...forget, 'true'].join('; ');
}

/** Takes the rule away, then the relay. Idempotent; what is gone is no error. */
export function undoScript(plan: Pick<FaultPlan, 'id'>): string {
  const [ctr, name] = [CTR.join(' '), nameOf(plan)];
  return [
    `nft delete table inet ${tableOf(plan)} 2>/dev/null`,
    `${ctr} tasks kill --signal SIGKILL ${name} 2>/dev/null`,
    `for i in 1 2 3 4 5; do ${ctr} tasks ls --quiet | grep -qx ${name} || break; sleep 0.2; done`,
    `${ctr} tasks delete --force ${name} 2>/dev/null`,
    `${ctr} containers delete ${name} 2>/dev/null`,
    `rm -f ${fileOf(plan)}`,
    'true',
  ].join('; ');
}

async function listens(plan: FaultPlan, target: FaultTarget): Promise<boolean> {
  const command = `timeout 1 bash -c '</dev/tcp/127.0.0.1/${setupOf(plan).port}'`;
  return (await tryInNode(plan, target, ['sh', '-c', command])).exitCode === 0;
}

function setupOf({ relay: setup, spec }: FaultPlan): RelaySetup {
  if (setup) return setup;
  throw new MeshproofError('bug', `${spec.kind} has no relay`);
}

function nameOf({ id }: Pick<FaultPlan, 'id'>): string {
  return `meshproof-${id}`;
}

function fileOf({ id }: Pick<FaultPlan, 'id'>): string {
  return `/run/meshproof/${id}.mjs`;
}

/** Relays that are still in a node, whoever left them: the ids of their faults. */
export async function leftoverRelays(container: string, dockerHost: string): Promise<string[]> {
  const list = [...CTR, 'containers', 'ls', '--quiet'];
  const { stdout } = await tryExec('docker', ['exec', container, ...list], envOf({ dockerHost }));
  return [...stdout.matchAll(/^meshproof-(link-latency-[0-9a-f]+)$/gm)].map(([, id = '']) => id);
}
