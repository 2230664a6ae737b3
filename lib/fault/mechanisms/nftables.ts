import type { FaultPlan, FaultTarget, Knock } from '../../model/fault-plan.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import type { NodeAccess } from '../../model/lab.ts';
import { waitFor } from '../../support/kube.ts';
import { runInNode } from '../../support/node-access.ts';
import type { Mechanism } from '../mechanism.ts';
import { armTimers, disarmTimers } from './dead-man.ts';
import { inNode, inNodeInTime, nodesOf, onEach, tryInNode } from './in-node.ts';

/** Prefix of every table of ours; a sweep knows them by it. */
export const TABLE_PREFIX = 'meshproof_';

/** The fault's own table: one a fault, so that removing it can remove nothing else. */
export function tableOf(plan: Pick<FaultPlan, 'id'>): string {
  return `${TABLE_PREFIX}${plan.id.replace(/[^a-z0-9]/g, '_')}`;
}

/** The fault's whole table on one node. Applied by `nft -f` in one transaction. */
export function tableText(plan: Pick<FaultPlan, 'id'>, { chains }: Pick<FaultTarget, 'chains'>): string {
  return `table inet ${tableOf(plan)} {\n${chains ?? ''}}\n`;
}

/** What takes the fault away, in the node itself. */
function inverseOf(plan: Pick<FaultPlan, 'id'>): string[] {
  return ['nft', 'delete', 'table', 'inet', tableOf(plan)];
}

/** Packets that the fault's rules have counted: dropped, or refused; from `nft -j list table`; undefined when there is no such rule. */
export function droppedPackets(json: string): number | undefined {
  const { nftables } = JSON.parse(json) as {
    nftables: { rule?: { expr: { counter?: { packets: number } }[] } }[];
  };
  const counters = nftables
    .flatMap(({ rule }) => rule?.expr ?? [])
    .flatMap(({ counter }) => counter?.packets ?? []);
  return counters.length === 0 ? undefined : counters.reduce((sum, packets) => sum + packets, 0);
}

/** Drops or refuses packets in the network namespaces of kind nodes. What the kernel there lacks is not applicable. */
export const nftables: Mechanism = {
  async arm(plan) {
    await onEach(plan, (target) => mustBeKnown(plan, target));
    return armTimers(plan, inverseOf(plan));
  },
  async inject(plan) {
    await onEach(plan, (target) => inNodeInTime(plan, target, ['nft', '-f', '-'], tableText(plan, target)));
  },
  async proveEffect(plan) {
    const counts = () =>
      Promise.all(
        plan.targets.map(async (target) => ({ target, packets: await countedPackets(plan, target) })),
      );
    try {
      const all = await waitFor(
        'packets counted on every node',
        async () => {
          await Promise.all(plan.knocks.map((one) => knock(plan, one)));
          const seen = await counts();
          return seen.every(({ packets }) => packets > 0) ? seen : undefined;
        },
        { timeoutMs: 15_000, everyMs: 250 },
      );
      return all.map(({ target, packets }) => `${packets} packets hit on ${target.node}`).join(', ');
    } catch {
      const idle = (await counts()).filter(({ packets }) => packets === 0);
      throw new MeshproofError(
        'inconclusive',
        `the ${plan.spec.kind} is in place but hit no packet on ${idle.map(({ target }) => target.node).join(', ')} in 15 s`,
        {
          nextStep: 'see whether the nodes are up and reach each other: meshproof doctor, meshproof diagnose',
        },
      );
    }
  },
  async revert(plan) {
    await onEach(plan, async (target) => {
      const { stdout } = await inNode(plan, target, ['nft', 'list', 'tables']);
      if (!stdout.includes(tableOf(plan))) return;
      // The dead-man may be faster; what counts is that the table is gone, which the proof looks at.
      await tryInNode(plan, target, inverseOf(plan));
    });
  },
  async proveRevert(plan) {
    await onEach(plan, async (target) => {
      const { stdout } = await inNode(plan, target, ['nft', 'list', 'tables']);
      if (!stdout.includes(tableOf(plan))) return;
      throw new MeshproofError('environment', `${target.node}: table ${tableOf(plan)} is still there`, {
        nextStep: 'meshproof sweep',
      });
    });
    return `no table ${tableOf(plan)} on ${nodesOf(plan)}`;
  },
  disarm: disarmTimers,
};

/** Tables of ours that are still in a node, whoever left them. */
export async function leftoverTables(container: string, access: NodeAccess): Promise<string[]> {
  const { stdout, exitCode } = await runInNode(access, container, ['nft', 'list', 'tables']);
  return exitCode === 0 ? (stdout.match(new RegExp(`${TABLE_PREFIX}\\w+`, 'g')) ?? []) : [];
}

/** Packets that the fault's rules have counted on one node. */
export async function countedPackets(plan: FaultPlan, target: FaultTarget): Promise<number> {
  const { stdout } = await inNode(plan, target, ['nft', '-j', 'list', 'table', 'inet', tableOf(plan)]);
  return droppedPackets(stdout) ?? 0;
}

async function knock(plan: FaultPlan, { container, command }: Knock): Promise<void> {
  await runInNode(plan.access, container, ['bash', '-c', command]);
}

/** Asks the kernel of a node for every expression of the rules, and changes nothing. */
async function mustBeKnown(plan: FaultPlan, target: FaultTarget): Promise<void> {
  try {
    await inNode(plan, target, ['nft', '--check', '-f', '-'], tableText(plan, target));
  } catch (error) {
    throw new MeshproofError(
      'not-applicable',
      `${plan.spec.kind}: the kernel of ${target.node} does not take its rules: ${errorMessage(error)}`,
      { nextStep: 'a kernel with nftables (nft_numgen, nft_limit, nft_reject, nft_ct)' },
    );
  }
}
