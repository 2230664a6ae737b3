import type { Observation, OutcomeClass } from '../model/observation.ts';
import { latencyMs } from './calls.ts';
import { quantiles } from './quantile.ts';

/** Latencies are those of `ok` calls: a call that fails fast must not make a mesh look quick. */
export interface LatencyFindings {
  /** Calls that say something about the mesh, `ok` or not. */
  count: number;
  ok: number;
  /** Share of `count` that was not `ok`, 0..1; 0 without calls. */
  errorRatio: number;
  /** Undefined when no call was `ok`. */
  p50Ms: number | undefined;
  p95Ms: number | undefined;
  p99Ms: number | undefined;
  maxMs: number | undefined;
  failed: Partial<Record<OutcomeClass, number>>;
}

/** Exact quantiles from intended send times, and the error ratio. */
export function analyseLatency(observations: readonly Observation[]): LatencyFindings {
  const counted = observations.filter(({ agentFault }) => !agentFault);
  const good = counted.filter(({ outcome }) => outcome === 'ok');
  const [p50Ms, p95Ms, p99Ms, maxMs] = quantiles(good.map(latencyMs), [0.5, 0.95, 0.99, 1]);
  const count = counted.length;
  return {
    count,
    ok: good.length,
    errorRatio: count === 0 ? 0 : (count - good.length) / count,
    p50Ms,
    p95Ms,
    p99Ms,
    maxMs,
    failed: countFailures(counted),
  };
}

/** Failed calls by outcome class; classes that did not occur are absent. */
export function countFailures(observations: readonly Observation[]): Partial<Record<OutcomeClass, number>> {
  const counts: Partial<Record<OutcomeClass, number>> = {};
  for (const { outcome } of observations) {
    if (outcome !== 'ok') counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
