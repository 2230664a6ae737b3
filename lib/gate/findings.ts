import type { Comparison, FailoverComparison, MetricResult } from '../model/comparison.ts';
import type { GateFinding } from '../model/gate.ts';
import { metricWords } from './words.ts';

/** What a comparison says: each metric that failed or was not decided, or that all passed. */
export function comparisonFindings(comparison: Comparison): GateFinding[] {
  const { verdict, reasons, metrics } = comparison;
  const found = (weight: GateFinding['weight'], words: string): GateFinding => ({
    source: 'comparison',
    weight,
    words,
  });
  if (verdict === 'pass') return passWords(metrics).map((words) => found('for', words));
  return [
    ...reasons.map((reason) => found('unsettled', `the comparison carries no decision: ${reason}`)),
    ...metrics
      .filter((one) => one.verdict !== 'pass')
      .map((one) =>
        found(verdict === 'fail' && one.verdict === 'fail' ? 'against' : 'unsettled', metricWords(one)),
      ),
  ];
}

/** The metric that came closest to its margin speaks for all others. */
function passWords(metrics: readonly MetricResult[]): string[] {
  const closeness = ({ upper, margin }: MetricResult) => (upper ?? Number.POSITIVE_INFINITY) / margin.limit;
  const closest = metrics.toSorted((a, b) => closeness(b) - closeness(a))[0];
  return closest
    ? [`of ${metrics.length} metrics, all within their margins, the closest is ${metricWords(closest)}`]
    : [];
}

export function failoverFindings(failovers: readonly FailoverComparison[]): GateFinding[] {
  const weights = { pass: 'for', fail: 'against', inconclusive: 'unsettled' } as const;
  return failovers.map(({ verdict, words }) => ({ source: 'failover', weight: weights[verdict], words }));
}
