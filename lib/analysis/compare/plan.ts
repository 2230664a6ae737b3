import { median, sampleStandardDeviation } from 'simple-statistics';
import {
  type ComparisonPlan,
  type Conditions,
  type Margin,
  type Metric,
  type PlannedMetric,
  type Round,
  SIDES,
} from '../../model/comparison.ts';
import { quantiles } from '../quantile.ts';
import { plannedLooks } from './looks.ts';
import { metricPower, metricRounds, type Precision } from './metric-power.ts';
import { upperDeviation } from './power.ts';
import { boundsOf, countsOf, effectsOf, figureOf, sortRounds } from './rounds.ts';

/** Error rate of each decision: passing a candidate at the margin, failing one that is within. */
export const ALPHA = 0.05;
/** DESIGN.md §2: one of a thousand at most; here, identical candidates that do not pass, and A/As that seem to be unfair. */
const FALSE_ALARM = 0.001;
/** An early look ends a hopeless candidate, or a plainly good one, after half the time; a before/after ends with the way back. */
const LOOKS = { interleaved: 2, 'before-after': 1 };
/** What a candidate is held against: in a before/after what runs now, before and after it. */
export const BASELINES = { interleaved: 1, 'before-after': 2 };
/** Fewer say too little about the spread, and a comparison of fewer cannot show that it was a fair one. */
const LEAST_ROUNDS = 6;

/** Metrics of one path that a gate compares unless it is told otherwise: ten percent or 1 ms; 0.05 % of the calls. */
export function pathMetrics(path: string): Metric[] {
  return [
    ...['p50Ms', 'p95Ms', 'p99Ms'].map(
      (name): Metric => ({ kind: 'ratio', name: `${name} ${path}`, relative: 0.1, floor: 1 }),
    ),
    { kind: 'errors', name: `errorRatio ${path}`, floor: 0.0005 },
  ];
}

/**
 * Fixes everything before the first round of a comparison, from rounds in which both sides were what runs now (A/A): the
 * margins, and how many rounds it takes until an identical candidate passes all metrics with 99.9 % (Boole's inequality over
 * metrics; the SD is the upper 80 % limit of what was seen). `mostRounds` is what there is time for; what it costs in power is in
 * the plan. The number is even, so that each side is first equally often. In a before/after the A/A is made of the two halves of
 * what was measured before.
 */
export function planComparison(question: {
  metrics: readonly Metric[];
  aa: readonly Round[];
  design: ComparisonPlan['design'];
  seed: number;
  discardAbove: Conditions;
  mostRounds: number;
}): ComparisonPlan {
  const { design, seed, discardAbove, mostRounds } = question;
  const { kept, discarded } = sortRounds(question.aa, discardAbove);
  const metrics = question.metrics.map((metric) => plannedMetric(metric, kept));
  const level = plannedLooks({ rounds: 2, looks: LOOKS[design], alpha: ALPHA }).at(-1)?.level ?? ALPHA;
  const baselines = BASELINES[design];
  const precisions = metrics.map((planned) => precisionOf(planned, kept, { level, baselines }));
  const each = 1 - FALSE_ALARM / metrics.length;
  const needed = Math.max(...precisions.map((precision) => metricRounds(precision, each)));
  const rounds = even(Math.min(Math.max(needed, LEAST_ROUNDS), Math.max(mostRounds, LEAST_ROUNDS)));
  const missed = precisions.reduce((sum, precision) => sum + 1 - metricPower(precision, rounds), 0);
  return {
    design,
    seed,
    alpha: ALPHA,
    metrics,
    looks: plannedLooks({ rounds, looks: LOOKS[design], alpha: ALPHA }),
    mostRounds: rounds + even(rounds / 2),
    discardAbove,
    power: Math.max(0, 1 - missed),
    doubts: [
      ...(kept.length < LEAST_ROUNDS
        ? [
            `only ${kept.length} rounds of identical sides count, and it takes ${LEAST_ROUNDS} to know their spread${discarded.length > 0 ? `; ${discarded.length} were discarded` : ''}`,
          ]
        : []),
      ...metrics.flatMap((planned) =>
        biasOf(planned, kept, { design, level: FALSE_ALARM / (2 * metrics.length) }),
      ),
    ],
  };
}

/**
 * The margin of a metric: the largest of its relative part, its floor on top of the baseline, and the 95th percentile of how
 * far identical sides were apart.
 */
export function marginOf(metric: Metric, aa: { baseline: number; spread: number }): Margin {
  const parts: Margin[] =
    metric.kind === 'ratio'
      ? [
          { limit: Math.log1p(metric.relative), by: 'relative' },
          { limit: Math.log1p(metric.floor / aa.baseline), by: 'floor' },
        ]
      : [{ limit: metric.floor, by: 'floor' }];
  parts.push({ limit: aa.spread, by: 'spread' });
  return parts.reduce((largest, part) => (part.limit > largest.limit ? part : largest));
}

function plannedMetric(metric: Metric, aa: readonly Round[]): PlannedMetric {
  const effects = effectsOf(metric, aa).filter((effect) => effect !== null);
  const [spread = 0] = quantiles(effects.map(Math.abs), [0.95]);
  const { mean } = boundsOf(metric, aa);
  const sd = effects.length < 2 ? 0 : sampleStandardDeviation(effects);
  return {
    metric,
    margin: marginOf(metric, { baseline: baselineOf(metric, aa), spread }),
    aa: { rounds: effects.length, mean: Number.isFinite(mean) ? mean : 0, sd, spread },
  };
}

/** Median over all rounds and both sides; infinite without any, which makes the floor nothing. */
function baselineOf(metric: Metric, aa: readonly Round[]): number {
  const figures = aa.flatMap((round) => SIDES.flatMap((side) => figureOf(metric, round[side]) ?? []));
  return figures.length === 0 ? Number.POSITIVE_INFINITY : median(figures);
}

function precisionOf(
  { metric, margin, aa }: PlannedMetric,
  rounds: readonly Round[],
  { level, baselines }: Pick<Precision, 'level' | 'baselines'>,
): Precision {
  const { from, to } = countsOf(metric, rounds);
  return {
    limit: margin.limit,
    sd: aa.sd === 0 ? 0 : upperDeviation(aa.sd, aa.rounds - 1),
    callsPerRound:
      metric.kind === 'ratio' ? Number.POSITIVE_INFINITY : Math.min(from.calls, to.calls) / rounds.length,
    level,
    baselines,
  };
}

/** Identical sides that differ by more than a candidate may show that the two are not measured alike. */
function biasOf(
  { metric }: PlannedMetric,
  aa: readonly Round[],
  { design, level }: { design: ComparisonPlan['design']; level: number },
): string[] {
  const { limit } = marginOf(metric, { baseline: baselineOf(metric, aa), spread: 0 });
  if (aa.length > 0 && effectsOf(metric, aa).includes(null))
    return [`${metric.name} was not measured in each round of identical sides`];
  const { lower, upper } = boundsOf(metric, aa);
  if (lower(level) <= limit && upper(level) >= -limit) return [];
  return [
    design === 'interleaved'
      ? `${metric.name}: identical sides differ by more than the margin, so the two are not measured alike`
      : `${metric.name}: what runs now changed by more than the margin while nothing was done to it, so the machine drifts`,
  ];
}

function even(count: number): number {
  return 2 * Math.ceil(count / 2);
}
