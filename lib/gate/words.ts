import type { ComparisonVerdict, Metric, MetricResult, PlannedMetric } from '../model/comparison.ts';
import type { Decision } from '../model/gate.ts';
import type { Verdict } from '../model/verdict.ts';
import { figureWords } from '../report/words.ts';

/** What a decision means, and the verdict whose mark, colour and exit code it has. */
export const DECISION_WORDS: Record<Decision, { verdict: Verdict; meaning: string }> = {
  GO: {
    verdict: 'passed',
    meaning: 'the candidate keeps every promise, and is worse by no more than the margins',
  },
  'NO-GO': { verdict: 'failed', meaning: 'the candidate was shown to be worse' },
  INCONCLUSIVE: { verdict: 'inconclusive', meaning: 'the evidence carries no decision' },
  BROKEN: { verdict: 'broken', meaning: 'the environment or Meshproof failed' },
};

/** The verdict of a comparison or a metric, as verdicts of tests are shown. */
export const COMPARISON_VERDICT: Record<ComparisonVerdict, Verdict> = {
  pass: 'passed',
  fail: 'failed',
  inconclusive: 'inconclusive',
};

/** What a metric is called: `p99 cross-cluster http`. */
export function metricName({ name }: Metric): string {
  return figureWords(name, 0).label;
}

/** Its value on one side: `8.1 ms`; for errors the calls, `3 of 20000`. */
export function sideWords(result: MetricResult, side: 'from' | 'to'): string {
  const count = result.counts?.[side];
  if (count) return `${count.failed} of ${count.calls}`;
  const value = result[side];
  return value === null ? 'none' : figureWords(result.metric.name, value).text;
}

/** An effect for a person: `+9.6 %`, or for errors in percentage points, `+0.2 pp`; `?` where there is none. */
export function effectWords(metric: Metric, effect: number | null): string {
  return `${signed(metric, effect)} ${unitOf(metric)}`;
}

/** One-sided bounds of a metric's mean effect, as a range: `−5.4 … +4.5 %`. */
export function rangeWords({
  metric,
  lower,
  upper,
}: Pick<MetricResult, 'metric' | 'lower' | 'upper'>): string {
  return `${signed(metric, lower)} … ${effectWords(metric, upper)}`;
}

function signed({ kind }: Metric, effect: number | null): string {
  if (effect === null) return '?';
  const percent = 100 * (kind === 'ratio' ? Math.expm1(effect) : effect);
  const size = Number(Math.abs(percent).toFixed(kind === 'ratio' ? 1 : 3));
  return `${size === 0 ? '' : percent < 0 ? '−' : '+'}${size}`;
}

function unitOf({ kind }: Metric): string {
  return kind === 'ratio' ? '%' : 'pp';
}

/** How far what runs now drifted, with its bounds: `p99 in-cluster http +31.2 % (+22 … +41 %)`. */
export function driftWords({ metric, drift }: MetricResult): string {
  if (!drift) return `${metricName(metric)} ?`;
  return `${metricName(metric)} ${effectWords(metric, drift.mean)} (${rangeWords({ metric, ...drift })})`;
}

/** The margin, and which of the three it is. */
export function marginWords({ metric, margin }: Pick<MetricResult, 'metric' | 'margin'>): string {
  const by = { relative: '', floor: ' (floor)', spread: ' (A/A spread)' }[margin.by];
  return `${effectWords(metric, margin.limit)}${by}`;
}

/** What is known of a metric before its comparison begins. */
export function plannedWords({ metric, margin, aa }: PlannedMetric): string {
  return `${metricName(metric)}: margin ${marginWords({ metric, margin })}; identical sides differed by ${effectWords(metric, aa.mean)}, SD ${effectWords(metric, aa.sd).replace('+', '')}`;
}

/** How surely an identical candidate would have passed, and what it takes for four of five times. */
export function powerWords({ power, roundsFor80, effects }: MetricResult): string {
  const needed = roundsFor80 === null ? 'no number of rounds gives 80 %' : `80 % takes ${roundsFor80}`;
  return `power ${Math.floor(power * 100)} % with ${effects.length} rounds, ${needed}`;
}

/** A metric's result in one sentence. */
export function metricWords(result: MetricResult): string {
  const { metric, mean, verdict, note } = result;
  const parts = [
    `${metricName(metric)}: ${sideWords(result, 'from')} → ${sideWords(result, 'to')}, ${effectWords(metric, mean)} (${rangeWords(result)})`,
    `margin ${marginWords(result)}`,
    ...(verdict === 'inconclusive' ? [powerWords(result)] : []),
    ...(note === '' ? [] : [note]),
  ];
  return parts.join('; ');
}

/** Large numbers so that they can be read: `36,000`. */
export function countWords(count: number): string {
  return count.toLocaleString('en-US');
}
