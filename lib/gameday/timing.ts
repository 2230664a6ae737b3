import { judgeClocks } from '../analysis/invariants.ts';
import { analyseLateness } from '../analysis/lateness.ts';
import { resolutionMs } from '../analysis/outage.ts';
import type { Recording } from '../model/call-plan.ts';
import { formatDuration } from '../model/duration.ts';
import type { NodeClock } from '../model/invariants.ts';
import type { Scenario, ScenarioProbe } from './schema.ts';

/** How exactly the times of one probe are known; milliseconds. */
export interface ProbeTiming {
  probe: string;
  cluster: string;
  node: string;
  /** Between two calls. */
  intervalMs: number;
  /** How late calls were sent, 99 % of them; undefined without calls. */
  latenessP99Ms: number | undefined;
  latenessLimitMs: number;
  /** Calls that the agent could not send, or a proxy that could not be asked. */
  unsent: number;
  /** The caller's clock minus ours, right within the uncertainty. */
  clockOffsetMs: number;
  clockUncertaintyMs: number;
  /** Interval, lateness and uncertainty together: every time of the probe is known to this. */
  resolutionMs: number;
  /** Why this recording carries no verdict; undefined when it does. */
  doubt: string | undefined;
}

/** The clocks of the nodes that callers ran on, at the beginning and at the end. */
export interface ClockTiming {
  cluster: string;
  node: string;
  before: NodeClock | undefined;
  after: NodeClock | undefined;
}

/** Of the tightest limit that a probe is judged by, its lateness may take so much. */
const SHARE_OF_LIMIT = 0.5;
/** More than one call in a hundred that was not sent is more than a p99 can bear; of few calls, more than two. */
const UNSENT = { share: 0.01, least: 2 };

/** How exactly each probe's times are known, and whether that is enough for what they are judged by. Pure. */
export function timingOf(
  { probes, targets }: Pick<Scenario, 'probes' | 'targets'>,
  recordings: ReadonlyMap<string, Recording>,
): ProbeTiming[] {
  return probes.flatMap((probe): ProbeTiming[] => {
    const recording = recordings.get(probe.name);
    if (!recording) return [];
    const { observations, caller, plan, clockOffsetMs, clockUncertaintyMs } = recording;
    const latenessLimitMs = SHARE_OF_LIMIT * tightestOf(probe, targets);
    const sent = observations.filter(({ agentFault }) => !agentFault);
    const { p99Ms, usable, reason } = analyseLateness(sent, latenessLimitMs);
    const unsent = observations.length - sent.length;
    const lost =
      unsent > Math.max(UNSENT.least, UNSENT.share * observations.length)
        ? `${unsent} calls of ${observations.length} could not be made`
        : undefined;
    const doubt = usable ? lost : reason;
    return [
      {
        probe: probe.name,
        cluster: caller.cluster,
        node: caller.node,
        intervalMs: 1000 / plan.ratePerSecond,
        latenessP99Ms: p99Ms,
        latenessLimitMs,
        unsent,
        clockOffsetMs,
        clockUncertaintyMs,
        resolutionMs: resolutionMs(recording),
        doubt: doubt === undefined ? undefined : `${probe.name}: ${doubt}`,
      },
    ];
  });
}

/** Latency counts from when a call was due, so lateness is in all that is judged: it must be well below each limit. */
function tightestOf({ steady, during = {} }: ScenarioProbe, { rto }: Scenario['targets']): number {
  const { longestGap = rto, p99 = rto } = during;
  return Math.min(steady.p99, longestGap, p99, rto);
}

/** Pairs what was read at the beginning with what was read at the end, by node. */
export function pairClocks(before: readonly NodeClock[], after: readonly NodeClock[]): ClockTiming[] {
  const nodes = new Map(
    [...before, ...after].map(({ cluster, node }) => [`${cluster}/${node}`, { cluster, node }]),
  );
  return [...nodes.values()].map(({ cluster, node }) => {
    const of = (clocks: readonly NodeClock[]) =>
      clocks.find((clock) => clock.cluster === cluster && clock.node === node);
    return { cluster, node, before: of(before), after: of(after) };
  });
}

/** What is wrong with the clocks: `findings` say more of the environment than of the mesh, `doubts` touch the recordings. */
export function judgeTiming(
  clocks: readonly ClockTiming[],
  limitMs: number,
): { findings: string[]; doubts: string[] } {
  const latest = clocks.flatMap(({ before, after }) => after ?? before ?? []);
  const { findings } = judgeClocks(latest, limitMs);
  const doubts = clocks.flatMap(({ cluster, node, before, after }) => {
    if (!before || !after) return [];
    const movedMs = Math.abs(after.offsetMs - before.offsetMs);
    return movedMs - before.uncertaintyMs - after.uncertaintyMs > limitMs
      ? [
          `the clock of ${cluster} ${node} moved by ${formatDuration(movedMs)} meanwhile, so the times of its callers are not known`,
        ]
      : [];
  });
  return { findings: findings.map(({ words }) => words), doubts };
}
