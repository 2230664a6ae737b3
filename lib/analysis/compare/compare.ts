import { median } from 'simple-statistics';
import {
  type Comparison,
  type ComparisonPlan,
  type ComparisonVerdict,
  type Drift,
  type MetricResult,
  type PlannedMetric,
  type Round,
  SIDES,
  type Side,
} from '../../model/comparison.ts';
import type { Bounds } from './bounds.ts';
import { holm } from './holm.ts';
import { metricPower, metricRounds } from './metric-power.ts';
import { BASELINES } from './plan.ts';
import { boundsOf, countsOf, driftOf, effectsOf, figureOf, partsOf, sortRounds } from './rounds.ts';

/**
 * Judges a candidate against what runs now, with rounds in the order in which they were made; to be asked after each round
 * until it is `finished`. It looks only when the plan says so, stops at the first look that decides, and never looks again.
 *
 * A metric passes when the upper bound of its mean effect is below its margin, and fails when the lower bound is above it. What
 * is claimed, each with an error rate of α over all looks and metrics:
 * - A candidate that is at or beyond the margin in any metric is passed in no more than α of all cases. All metrics must pass,
 *   which is an intersection-union test: a wrong pass needs that very metric to pass wrongly, so each is tested at the full
 *   level, and a correction would only cost power (Berger, Technometrics 1982).
 * - A candidate that is within the margin in every metric is failed in no more than α of all cases. One metric is enough to
 *   fail, so many chances to err add up: Holm's step-down procedure guards them.
 * - In a before/after both hold as long as the machine drifts one way (`boundsOf`), and a metric whose drift was shown to be more
 *   than its margin neither passes nor fails.
 * - Each look has a level of its own, and these sum up to α (`plannedLooks`).
 * Discards come from the conditions only (`discardReason`). What neither passes nor fails is inconclusive, and so is everything,
 * at once, where the plan has doubts: then neither verdict would say anything.
 */
export function compareSides(plan: ComparisonPlan, made: readonly Round[]): Comparison {
  const rounds = made.slice(0, plan.mostRounds);
  const { kept, discarded } = sortRounds(rounds, plan.discardAbove);
  const result = (used: readonly Round[], look: number, finished: boolean): Comparison => {
    const level = plan.looks[look]?.level ?? 0;
    const metrics = metricsAt(plan, used, level);
    const verdict = finished && plan.doubts.length === 0 ? worstOf(metrics) : 'inconclusive';
    return {
      plan,
      finished,
      verdict,
      reasons:
        verdict === 'inconclusive'
          ? [...plan.doubts, ...shortfall(plan, { used, made: rounds.length, finished })]
          : [],
      level,
      used: used.map(({ number }) => number),
      discarded,
      metrics,
    };
  };
  // More rounds would not make the plan any better.
  if (plan.doubts.length > 0) return result(kept, plan.looks.length - 1, true);
  for (const [index, look] of plan.looks.entries()) {
    if (kept.length < look.rounds) continue;
    const isLast = index === plan.looks.length - 1;
    const found = result(kept.slice(0, look.rounds), index, true);
    if (isLast || found.verdict !== 'inconclusive') return found;
  }
  // What the last look may spend it may spend on fewer rounds, too.
  return result(kept, plan.looks.length - 1, rounds.length >= plan.mostRounds);
}

function metricsAt(plan: ComparisonPlan, rounds: readonly Round[], level: number): MetricResult[] {
  const judged = plan.metrics.map((planned) => ({
    planned,
    bounds: boundsOf(planned.metric, rounds),
    drift: driftAt(planned, rounds, level),
  }));
  const failed = holm(
    judged,
    level,
    ({ planned, bounds, drift }, at) => !drift?.shown && bounds.lower(at) > planned.margin.limit,
  );
  const baselines = BASELINES[plan.design];
  return judged.map((one) => {
    const passes = !one.drift?.shown && one.bounds.upper(level) < one.planned.margin.limit;
    const verdict = failed.includes(one) ? 'fail' : passes ? 'pass' : 'inconclusive';
    return metricResult(one.planned, one.bounds, { rounds, level, verdict, baselines, drift: one.drift });
  });
}

function driftAt(
  { metric, margin: { limit } }: PlannedMetric,
  rounds: readonly Round[],
  level: number,
): Drift | undefined {
  const bounds = driftOf(metric, rounds);
  if (!bounds) return undefined;
  const { mean, lower, upper } = bounds;
  const shown = lower(level) > limit || upper(level) < -limit;
  return { mean: finite(mean), lower: finite(lower(level)), upper: finite(upper(level)), shown };
}

interface Judged {
  rounds: readonly Round[];
  level: number;
  verdict: ComparisonVerdict;
  baselines: number;
  drift: Drift | undefined;
}

function metricResult(
  { metric, margin }: PlannedMetric,
  bounds: Bounds,
  { rounds, level, verdict, baselines, drift }: Judged,
): MetricResult {
  const counts = metric.kind === 'errors' ? countsOf(metric, rounds) : undefined;
  const calls = counts
    ? Math.min(counts.from.calls, counts.to.calls) / rounds.length
    : Number.POSITIVE_INFINITY;
  const precision = { limit: margin.limit, sd: bounds.sd, callsPerRound: calls, level, baselines };
  const known = Number.isFinite(bounds.sd);
  const figure = (side: Side) => {
    if (counts) return counts[side].calls === 0 ? null : counts[side].failed / counts[side].calls;
    const parts = rounds.flatMap((round) => partsOf(round, side));
    const figures = parts.flatMap((part) => figureOf(metric, part) ?? []);
    return figures.length === 0 ? null : median(figures);
  };
  return {
    metric,
    margin,
    from: figure('from'),
    to: figure('to'),
    ...(counts ? { counts } : {}),
    ...(drift ? { drift } : {}),
    effects: effectsOf(metric, rounds),
    mean: finite(bounds.mean),
    sd: finite(bounds.sd),
    lower: finite(bounds.lower(level)),
    upper: finite(bounds.upper(level)),
    verdict,
    note: noteOf({ metric, margin }, bounds, { rounds, level, verdict, drift }),
    power: known ? metricPower(precision, rounds.length) : 0,
    roundsFor80: known ? finite(metricRounds(precision, 0.8)) : null,
  };
}

function noteOf(
  { metric, margin }: Pick<PlannedMetric, 'metric' | 'margin'>,
  bounds: Bounds,
  { rounds, level, verdict, drift }: Omit<Judged, 'baselines'>,
): string {
  const silent = SIDES.flatMap((side) => {
    const numbers = rounds.flatMap((round) =>
      partsOf(round, side).some((part) => figureOf(metric, part) === undefined) ? round.number : [],
    );
    const who = side === 'from' ? 'the current version' : 'the candidate';
    return numbers.length === 0 ? [] : [`no call of ${who} was answered in round ${numbers.join(', ')}`];
  });
  const notes = [
    ...silent,
    ...(verdict === 'pass' && bounds.lower(level) > 0 ? ['worse, but within the margin'] : []),
    ...(verdict === 'pass' && bounds.upper(level) < 0 ? ['better'] : []),
    ...(drift?.shown ? ['what runs now drifted by more than the margin meanwhile'] : []),
    ...(verdict === 'inconclusive' && !drift?.shown && bounds.lower(level) > margin.limit
      ? ["beyond the margin, but not with Holm's correction for several metrics"]
      : []),
  ];
  return notes.join('; ');
}

function worstOf(metrics: readonly MetricResult[]): ComparisonVerdict {
  if (metrics.some(({ verdict }) => verdict === 'fail')) return 'fail';
  return metrics.length > 0 && metrics.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'inconclusive';
}

function shortfall(
  { looks, mostRounds }: ComparisonPlan,
  { used, made, finished }: { used: readonly Round[]; made: number; finished: boolean },
): string[] {
  const wanted = looks.at(-1)?.rounds ?? 0;
  if (!finished) return [`${used.length} of ${wanted} rounds are made`];
  return made >= mostRounds && used.length < wanted
    ? [`only ${used.length} of the ${mostRounds} rounds that may be made count, and ${wanted} were planned`]
    : [];
}

/** JSON has no infinity: what is not bounded is null. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
