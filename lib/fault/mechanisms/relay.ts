import type { FaultPlan, FaultTarget, RelaySetup } from '../../model/fault-plan.ts';
import { bundle } from '../../support/bundle.ts';
import { MeshproofError } from '../../support/errors.ts';
import type { NodeAccess } from '../../model/lab.ts';
import { waitFor } from '../../support/kube.ts';
import { runInNode } from '../../support/node-access.ts';
import type { Mechanism } from '../mechanism.ts';
import { RELAY_PORTS, RELAY_UID } from '../rulesets.ts';
import { type Answer, answerIn, isAsTold } from './relay-answer.ts';
import { armTimers, disarmTimers } from './dead-man.ts';
import { inNode, inNodeInTime, nodesOf, onEach, tryInNode } from './in-node.ts';
import { countedPackets, tableOf, tableText } from './nftables.ts';

/** A client of containerd in the namespace where the workload image is. */
const CTR = ['ctr', '--namespace', 'k8s.io'];
/** So long an answer is waited for. */
const PATIENCE_S = 15;
const DNS_PORT = 53;
const RELAYED_DNS = [RELAY_PORTS['dns-latency'], RELAY_PORTS['dns-wrong-answers']];

/**
 * Sends what a cluster sends to the gateways of another, or what its pods ask its DNS, through a relay in each node that holds
 * it for a while: latency where the kernel has no netem; or that answers it wrongly. The relay is a container beside those of
 * Kubernetes, which does not know it; the dead-man takes the rule away first, then the relay, and with it what it holds.
 */
export const relay: Mechanism = {
  async arm(plan) {
    await mustBeFree(plan);
    const { program } = setupOf(plan);
    const text = await bundle(`lib/fault/relay/${program}.ts`);
    if (program === 'dns') await mustResolve(plan);
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
    const setup = setupOf(plan);
    const words = await Promise.all(
      plan.targets.map(async (target, index) => {
        const answer = await ask(plan, index);
        const packets = await countedPackets(plan, target);
        if (packets > 0 && isAsTold(answer, setup)) return `${target.node} ${wordsOf(answer)}`;
        throw new MeshproofError(
          'inconclusive',
          `${target.node}: ${packets} packets went to the relay, and it ${wordsOf(answer)}`,
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
    const rightly = 'answers are right, and take less than half the delay';
    // At once where it works: a machine that is busy gets some tries.
    await waitFor(
      rightly,
      async () => {
        const answers = await Promise.all(plan.targets.map((_, index) => ask(plan, index)));
        return answers.every(
          (answer) =>
            answer?.lie === undefined && answer !== undefined && answer.tookMs < Math.max(20, delayMs / 2),
        );
      },
      { timeoutMs: 30_000, everyMs: 200, nextStep: 'meshproof diagnose' },
    );
    return `no rule and no relay on ${nodesOf(plan)}, and ${rightly}`;
  },
  disarm: disarmTimers,
};

/** What comes back to a node's knock; undefined when nothing does. */
async function ask(plan: FaultPlan, index: number): Promise<Answer | undefined> {
  const one = plan.knocks[index];
  if (!one) throw new MeshproofError('bug', 'a relay has a knock for each target');
  const command = ['timeout', String(PATIENCE_S), 'bash', '-c', one.command];
  const { stdout, exitCode } = await runInNode(plan.access, one.container, command);
  return exitCode === 0 ? answerIn(stdout) : undefined;
}

/** Two relays of a kind in one node would share a port, and one would be proven by the other. */
async function mustBeFree(plan: FaultPlan): Promise<void> {
  const taken = await Promise.all(plan.targets.map((target) => listens(plan, target)));
  const nodes = plan.targets.flatMap(({ node }, index) => (taken[index] ? node : []));
  if (nodes.length === 0) return;
  throw new MeshproofError(
    'usage',
    `${plan.spec.kind}: another relay of its kind is on ${nodes.join(', ')}`,
    {
      nextStep: 'wait for its end, or end it: meshproof fault revert',
    },
  );
}

/** Control: a name that does not resolve before says nothing about a relay. */
async function mustResolve(plan: FaultPlan): Promise<void> {
  const answers = await Promise.all(plan.targets.map((_, index) => ask(plan, index)));
  const silent = plan.targets.filter((_, index) => answers[index]?.lie !== undefined || !answers[index]);
  const setup = setupOf(plan);
  if (silent.length === 0 || setup.program !== 'dns') return;
  const nodes = silent.map(({ node }) => node).join(', ');
  throw new MeshproofError(
    'inconclusive',
    `${plan.spec.kind}: ${setup.name} does not resolve at ${setup.resolver} before, asked from ${nodes}`,
    { nextStep: 'name one that resolves, in full: payments.shop.svc.cluster.local' },
  );
}

function wordsOf(answer: Answer | undefined): string {
  if (!answer) return `answers nothing in ${PATIENCE_S} s`;
  return `answers after ${answer.tookMs} ms${answer.lie === undefined ? '' : `: ${answer.lie}`}`;
}

/** Starts the relay in a container that shares the node's network, as a user of its own. */
export function runCommand(plan: FaultPlan, { address = '' }: FaultTarget): string[] {
  const setup = setupOf(plan);
  const { image, port, delayMs, jitterMs } = setup;
  const mount = `type=bind,src=${fileOf(plan)},dst=/relay.mjs,options=rbind:ro`;
  const args =
    setup.program === 'link'
      ? [port, address, setup.toPort, delayMs, jitterMs]
      : [
          address,
          port,
          setup.resolver,
          DNS_PORT,
          delayMs,
          jitterMs,
          ...(setup.lie ? [setup.name, setup.lie] : []),
        ];
  const how = ['--detach', '--net-host', '--user', `${RELAY_UID}:${RELAY_UID}`, '--mount', mount];
  return [...CTR, 'run', ...how, image, nameOf(plan), 'node', '/relay.mjs', ...args.map(String)];
}

/**
 * Makes the node forget connections that were open when the rule came, which it would pass over: their next packet meets the
 * relay. One of TCP is lost by that, since the relay does not know it, and who has lost one opens another. conntrack(8) fails
 * where there was none.
 */
export function forgetScript(plan: FaultPlan): string {
  const forget = setupOf(plan).forget.map((which) => `conntrack -D ${which} >/dev/null 2>&1`);
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
    // Sockets that ask again and again would go on asking the relay that is gone.
    ...RELAYED_DNS.map((port) => `conntrack -D -p udp --reply-port-src ${port} >/dev/null 2>&1`),
    'true',
  ].join('; ');
}

async function listens(plan: FaultPlan, target: FaultTarget): Promise<boolean> {
  const command = `timeout 1 bash -c '</dev/tcp/${target.address}/${setupOf(plan).port}'`;
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
export async function leftoverRelays(container: string, access: NodeAccess): Promise<string[]> {
  const list = [...CTR, 'containers', 'ls', '--quiet'];
  const { stdout } = await runInNode(access, container, list);
  return [...stdout.matchAll(/^meshproof-((?:link-latency|dns-latency|dns-wrong-answers)-[0-9a-f]+)$/gm)].map(
    ([, id = '']) => id,
  );
}
