import type { Comparison, FailoverComparison, MetricResult } from '../model/comparison.ts';
import { type DroppedCall, type GateFinding, TRAFFIC_PHASES, type TrafficEvidence } from '../model/gate.ts';
import { countWords, metricWords } from './words.ts';

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

/**
 * What the traffic during upgrade and rollback says, calls that were lost alike as one finding. Whatever was lost counts against
 * the candidate, with or without a cause, unless the machine that measures or our own workloads are: that says nothing of the mesh.
 */
export function trafficFindings({ phases, dropped }: TrafficEvidence): GateFinding[] {
  const found = (weight: GateFinding['weight'], words: string): GateFinding => ({
    source: 'traffic',
    weight,
    words,
  });
  const silent = TRAFFIC_PHASES.filter(
    (phase) => !phases.some((one) => one.phase === phase && one.calls > 0),
  ).map((phase) => found('unsettled', `no call was made during the ${phase}`));
  const alike = Map.groupBy(dropped, ({ phase, step, path, outcome, cause }) =>
    JSON.stringify([phase, step, path, outcome, cause.by, cause.words]),
  );
  const lost = [...alike.values()].map((calls) =>
    found(saysNothing(calls[0]) ? 'unsettled' : 'against', lostWords(calls)),
  );
  const calls = phases.reduce((sum, one) => sum + one.calls, 0);
  if (silent.length > 0 || lost.length > 0) return [...lost, ...silent];
  return [found('for', `none of ${countWords(calls)} calls was lost during upgrade and rollback`)];
}

function saysNothing(call: DroppedCall | undefined): boolean {
  return call?.cause.by === 'machine' || call?.cause.by === 'harness';
}

function lostWords(calls: readonly DroppedCall[]): string {
  const [first] = calls.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  if (!first) return '';
  const { phase, step, path, outcome, cause, at } = first;
  const many = calls.length === 1 ? '1 call was' : `${countWords(calls.length)} calls were`;
  const why = cause.by === 'unknown' ? 'nobody knows why' : cause.words;
  return `${many} lost during the ${phase} (${step}), ${path}, ${outcome}, ${calls.length === 1 ? 'at' : 'the first at'} ${at.slice(11, 23)} UTC: ${why}`;
}
