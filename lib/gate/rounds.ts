import { pathMetrics } from '../analysis/compare/plan.ts';
import { analyseLatency } from '../analysis/latency.ts';
import { latenessOf } from '../analysis/lateness.ts';
import { quantiles } from '../analysis/quantile.ts';
import type { Recording } from '../model/call-plan.ts';
import {
  type ComparisonPlan,
  type Metric,
  type Round,
  SIDES,
  type Side,
  type SideOfRound,
} from '../model/comparison.ts';
import type { Observation } from '../model/observation.ts';
import { scheduleOf } from './schedule.ts';

/** Calls of one side on one path, by one caller. */
export interface SideRecording {
  /** As metrics name it: `in-cluster http`. */
  path: string;
  /** The cluster that must answer. */
  answeredIn: string;
  recording: Recording;
}

/** A path that both sides are measured on: from any cluster to a service that lives in one cluster. */
export const SIDE_PATHS = ['in-cluster http', 'cross-cluster http'] as const;
/** Errors that are few on each path are more together. */
const EVERY_PATH = 'errorRatio every path';

/** What both sides are compared by: latencies and errors of each path, and the errors of all paths together. */
export function sideMetrics(): Metric[] {
  const each = SIDE_PATHS.flatMap(pathMetrics);
  const errors = each.find(({ kind }) => kind === 'errors');
  return [...each, ...(errors ? [{ ...errors, name: EVERY_PATH }] : [])];
}

export interface RoundsOptions {
  plan: Pick<ComparisonPlan, 'seed' | 'mostRounds'>;
  /** Measures both sides; `first` begins. */
  measure(round: number, first: Side): Promise<Record<Side, SideOfRound>>;
  /** Asked after each round: true ends it. */
  enough(made: readonly Round[]): boolean;
  signal: AbortSignal;
}

/**
 * Makes rounds of both sides in the order of `scheduleOf`, until there are enough of them or as many as there may be; each counts
 * whatever came of it. An abort ends it with its reason before the next round; what a round throws ends it, too.
 */
export async function makeRounds({ plan, measure, enough, signal }: RoundsOptions): Promise<Round[]> {
  const firsts = new Map(
    scheduleOf(plan)
      .toReversed()
      .map(({ round, side }) => [round, side]),
  );
  return repeated({
    most: plan.mostRounds,
    make: async (number) => ({ number, ...(await measure(number, firsts.get(number) ?? 'from')) }),
    enough,
    signal,
  });
}

/** Makes something again and again, until there is enough of it or as much as there may be; an abort ends it before the next. */
export async function repeated<T>({
  most,
  make,
  enough,
  signal,
}: {
  most: number;
  make(number: number): Promise<T>;
  enough(made: readonly T[]): boolean;
  signal: AbortSignal;
}): Promise<T[]> {
  const made: T[] = [];
  for (let number = 1; number <= most; number++) {
    signal.throwIfAborted();
    made.push(await make(number));
    if (enough(made)) break;
  }
  return made;
}

/**
 * One side's part of a round. Latencies are exact quantiles over all calls of a path from intended send times, without those of the
 * first `warmUpMs`, which open connections; errors are those of all calls. A call that another cluster answers than was asked for is
 * an error. Lateness is that of all calls of the side.
 */
export function sideOfRound(
  recordings: readonly SideRecording[],
  { warmUpMs, stolenShare }: { warmUpMs: number; stolenShare: number },
): SideOfRound {
  const figures: SideOfRound['figures'] = {};
  const calls: SideOfRound['calls'] = {};
  for (const [path, mine] of Map.groupBy(recordings, (one) => one.path)) {
    const all = analyseLatency(mine.flatMap(checked));
    const warm = analyseLatency(mine.flatMap((one) => warmCalls(checked(one), warmUpMs)));
    for (const name of ['p50Ms', 'p95Ms', 'p99Ms'] as const) figures[`${name} ${path}`] = warm[name] ?? null;
    calls[`errorRatio ${path}`] = { calls: all.count, failed: all.count - all.ok };
  }
  const counts = Object.values(calls);
  calls[EVERY_PATH] = {
    calls: counts.reduce((sum, count) => sum + count.calls, 0),
    failed: counts.reduce((sum, count) => sum + count.failed, 0),
  };
  const late = latenessOf(recordings.flatMap(({ recording }) => recording.observations));
  const [latenessP99Ms = Number.NaN] = quantiles(late, [0.99]);
  return { conditions: { latenessP99Ms, stolenShare }, figures, calls };
}

function checked({ recording, answeredIn }: SideRecording): Observation[] {
  return recording.observations.map((each) =>
    each.outcome === 'ok' && each.answeredBy?.cluster !== answeredIn
      ? { ...each, outcome: 'wrong-target' }
      : each,
  );
}

function warmCalls(observations: readonly Observation[], warmUpMs: number): Observation[] {
  const begin = observations[0]?.intendedAt ?? 0;
  return observations.filter(({ intendedAt }) => intendedAt - begin >= warmUpMs);
}

/** The part of one side in one line, for who waits for it. */
export function sideRoundWords({ figures, calls, conditions }: SideOfRound): string {
  const figure = (name: string) => figures[name]?.toFixed(1) ?? '–';
  const words = SIDE_PATHS.map(
    (path) => `${path} p50 ${figure(`p50Ms ${path}`)}, p99 ${figure(`p99Ms ${path}`)} ms`,
  );
  return `${words.join('; ')}; failed ${calls[EVERY_PATH]?.failed ?? '–'}; agents up to ${conditions.latenessP99Ms.toFixed(1)} ms late (p99)`;
}

/** A round in one line, for who waits for it. */
export function roundWords({ number, ...sides }: Round): string {
  const both = (name: string, digits: number) =>
    SIDES.map((side) => sides[side].figures[name]?.toFixed(digits) ?? '–').join(' → ');
  const words = SIDE_PATHS.map(
    (path) => `${path} p50 ${both(`p50Ms ${path}`, 1)}, p99 ${both(`p99Ms ${path}`, 1)} ms`,
  );
  const failed = SIDES.map((side) => sides[side].calls[EVERY_PATH]?.failed ?? '–');
  const late = Math.max(...SIDES.map((side) => sides[side].conditions.latenessP99Ms));
  return `round ${number}: ${words.join('; ')}; failed ${failed.join(' → ')}; agents up to ${late.toFixed(1)} ms late (p99)`;
}
