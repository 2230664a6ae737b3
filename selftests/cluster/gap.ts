import { outageWindow } from '../../lib/analysis/gaps.ts';
import { analyseLateness } from '../../lib/analysis/lateness.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { openAgent } from '../../lib/probe/port-forward.ts';
import { OUTSIDE_CALLER, OUTSIDE_NAMESPACE } from '../../lib/run/workloads.ts';
import { podOf } from '../../lib/run/world.ts';
import { exec } from '../../lib/support/exec.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { clusterOf } from './lab.ts';

/** Below the first retransmission of a SYN (1 s, RFC 6298), so that a drop is a failed call. */
const DEADLINE_MS = 300;
/** Calls before the gap, and after it. */
const MARGIN_S = 0.5;
const TABLE = 'meshproof_gap';

/** Outages of a known length between two clusters, made by a rule of the kernel's own clock. */
export interface Gaps extends AsyncDisposable {
  /** Makes one, and measures it by calls; milliseconds. */
  measure(gapMs: number, ratePerSecond: number): Promise<MeasuredGap>;
  /** Calls at a rate while nothing else is done: how late the agent sends. */
  lateness(ratePerSecond: number, seconds: number): Promise<{ p99Ms: number; failed: number }>;
}

export interface MeasuredGap {
  gapMs: number;
  /** Undefined when no outage was seen. */
  measuredMs: number | undefined;
  /** How late the agent sent its latest call. */
  latestMs: number;
}

/** The world must be deployed: an agent in west calls a node of east. */
export async function openGaps(lab: Lab): Promise<Gaps> {
  const west = clusterOf(lab, 'west');
  const target = clusterOf(lab, 'east').nodes.find(({ role }) => role === 'worker');
  if (!target) throw new Error('no worker in east');
  const env = { DOCKER_HOST: dockerHostOf(lab.access) };
  const inNode = (args: string[], input = '') =>
    exec('docker', ['exec', '-i', target.container, ...args], { env, input });
  const sources = west.nodes.map(({ address }) => address);
  // The kernel forgets a set's element after its timeout: the gap is as long as it says, whoever is scheduled when.
  await inNode(
    ['nft', '-f', '-'],
    `table inet ${TABLE} {
    set silenced { type ipv4_addr; flags timeout; }
    chain arrival { type filter hook prerouting priority -300; policy accept; ip saddr @silenced drop; }
  }`,
  );
  const pod = await podOf(west, OUTSIDE_NAMESPACE, OUTSIDE_CALLER);
  const agent = await openAgent(west.kube, OUTSIDE_NAMESPACE, pod.metadata?.name ?? '');
  const calls = (ratePerSecond: number, seconds: number) => ({
    target: { protocol: 'tcp-connect', host: target.address, port: 10_250 } as const,
    ratePerSecond,
    count: Math.ceil(ratePerSecond * seconds),
    deadlineMs: DEADLINE_MS,
  });
  return {
    async measure(gapMs, ratePerSecond) {
      // A second more: the rule comes when the command has got there.
      const plan = await agent.start(calls(ratePerSecond, 2 * MARGIN_S + gapMs / 1000 + 1));
      await plan.collect({ until: Math.ceil(ratePerSecond * MARGIN_S), timeoutMs: 30_000 });
      const elements = sources.map((address) => `${address} timeout ${gapMs}ms`).join(', ');
      await inNode(['nft', 'add', 'element', 'inet', TABLE, 'silenced', `{ ${elements} }`]);
      const recording = await plan.collect({ until: 'complete', timeoutMs: 60_000 });
      await plan.remove();
      const latestMs = analyseLateness(recording.observations, 1000 / ratePerSecond).maxMs ?? 0;
      const outage = outageWindow(recording, { goodWithinMs: DEADLINE_MS });
      return { gapMs, measuredMs: outage?.outageMs, latestMs };
    },
    async lateness(ratePerSecond, seconds) {
      const { target: called, ...often } = calls(ratePerSecond, seconds);
      const { observations } = await agent.call(called, often);
      const p99Ms = analyseLateness(observations, 5).p99Ms ?? Number.POSITIVE_INFINITY;
      return { p99Ms, failed: observations.filter(({ outcome }) => outcome !== 'ok').length };
    },
    async [Symbol.asyncDispose]() {
      await agent.close();
      await inNode(['nft', 'delete', 'table', 'inet', TABLE]);
    },
  };
}

/** Whether a gap was measured to two probe intervals. */
export function isExact({ gapMs, measuredMs }: MeasuredGap, ratePerSecond: number): boolean {
  return measuredMs !== undefined && Math.abs(measuredMs - gapMs) <= 2000 / ratePerSecond;
}
