import type { FaultPlan } from '../../model/fault.ts';
import { MeshproofError } from '../../support/errors.ts';
import { tryExec } from '../../support/exec.ts';
import { waitFor } from '../../support/kube.ts';
import type { Mechanism } from '../mechanism.ts';
import { armTimers, disarmTimers, envOf, inNode, nodesOf, onEach, tryInNode } from './in-node.ts';

/** Prefix of every table of ours; a sweep knows them by it. */
export const TABLE_PREFIX = 'meshproof_';

/** The fault's own table: one a fault, so that removing it can remove nothing else. */
export function tableOf(plan: Pick<FaultPlan, 'id'>): string {
  return `${TABLE_PREFIX}${plan.id.replace(/[^a-z0-9]/g, '_')}`;
}

/**
 * The ruleset that drops every packet from the sources on arrival, before connection tracking and NAT
 * (priority raw, -300), with a counter as the proof that it bit. Applied by `nft -f` in one transaction.
 */
export function dropRuleset(plan: Pick<FaultPlan, 'id' | 'sources'>): string {
  return `table inet ${tableOf(plan)} {
  chain arrival {
    type filter hook prerouting priority -300; policy accept;
    ip saddr { ${plan.sources.join(', ')} } counter drop
  }
}
`;
}

/** What takes the fault away, in the node itself. */
function inverseOf(plan: Pick<FaultPlan, 'id'>): string[] {
  return ['nft', 'delete', 'table', 'inet', tableOf(plan)];
}

/** Packets that the fault's rule has dropped, from `nft -j list table`; undefined when there is no such rule. */
export function droppedPackets(json: string): number | undefined {
  const { nftables } = JSON.parse(json) as {
    nftables: { rule?: { expr: { counter?: { packets: number } }[] } }[];
  };
  const counters = nftables
    .flatMap(({ rule }) => rule?.expr ?? [])
    .flatMap(({ counter }) => counter?.packets ?? []);
  return counters.length === 0 ? undefined : counters.reduce((sum, packets) => sum + packets, 0);
}

/** Drops packets in the network namespaces of kind nodes. */
export const nftables: Mechanism = {
  arm: (plan) => armTimers(plan, inverseOf(plan)),
  async inject(plan) {
    await onEach(plan, (target) => inNode(plan, target, ['nft', '-f', '-'], dropRuleset(plan)));
  },
  async proveEffect(plan) {
    try {
      const dropped = await waitFor('packets dropped', () => totalDropped(plan), {
        timeoutMs: 10_000,
        everyMs: 250,
      });
      return `${dropped} packets dropped on ${nodesOf(plan)}`;
    } catch {
      throw new MeshproofError(
        'inconclusive',
        `the partition ${plan.spec.kind} is in place but dropped no packet in 10 s`,
        {
          nextStep: 'send traffic over the link while the fault holds',
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
export async function leftoverTables(container: string, dockerHost: string): Promise<string[]> {
  const { stdout, exitCode } = await tryExec(
    'docker',
    ['exec', container, 'nft', 'list', 'tables'],
    envOf({ dockerHost }),
  );
  return exitCode === 0 ? (stdout.match(new RegExp(`${TABLE_PREFIX}\\w+`, 'g')) ?? []) : [];
}

async function totalDropped(plan: FaultPlan): Promise<number | undefined> {
  const counts = await Promise.all(
    plan.targets.map(async (target) => {
      const { stdout } = await inNode(plan, target, ['nft', '-j', 'list', 'table', 'inet', tableOf(plan)]);
      return droppedPackets(stdout) ?? 0;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0) || undefined;
}
