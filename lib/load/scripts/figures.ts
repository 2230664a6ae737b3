import { Counter, Trend } from 'k6/metrics';
import type { Outcome, ScriptPlan } from './plan.ts';

type Phase = 'load' | 'connects';

/** What was measured of one side, as it is printed: times in milliseconds, histograms as [microseconds, calls]. */
interface ArmFigures {
  name: string;
  ok: number;
  failed: number;
  /** Calls on connections of their own, beside the load. */
  connects: { ok: number; failed: number };
  dropped: number;
  latency: Times;
  connect: Times;
  tls: Times;
}

interface Times {
  count: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Rising, each with three significant digits: within 0.5 % of what was measured. */
  buckets: [number, number][];
}

/** The metrics of one side. VUs share no memory: k6's own metrics are where their calls come together. */
export function metricsOf(arm: number) {
  const counter = (what: string) => new Counter(`${what}_${arm}`);
  const counts = {
    load: { ok: counter('ok'), failed: counter('failed') },
    connects: { ok: counter('connects_ok'), failed: counter('connects_failed') },
  };
  const [latency, connect, tls] = ['latency', 'connect', 'tls'].map(
    (kind) => new Trend(`${kind}_${arm}`, true),
  );
  return {
    /** Takes one call. Those on connections of their own tell of connecting, and of failures. */
    add({ failure, latencyMs, connectMs, tlsMs }: Outcome, phase: Phase): void {
      counts[phase][failure === undefined ? 'ok' : 'failed'].add(1);
      if (failure !== undefined) return;
      if (phase === 'load') latency?.add(latencyMs);
      if (connectMs !== undefined) connect?.add(connectMs);
      if (tlsMs !== undefined) tls?.add(tlsMs);
    },
  };
}

/**
 * The statistics to ask k6 for. A Trend keeps every value: its order statistics are the whole distribution, for a
 * percentile of k6 is exact, and between two ranks linear.
 */
export function statistics(points: number): string[] {
  return ['count', 'max', 'med', 'p(95)', 'p(99)', ...ranks(points).map((percent) => `p(${percent})`)];
}

function ranks(points: number): number[] {
  return Array.from({ length: points }, (_, index) => Number(((100 * index) / (points - 1)).toFixed(9)));
}

/** Submetrics exist for thresholds only; this one is never broken. */
export function droppedThresholds(arms: number): Record<string, string[]> {
  return Object.fromEntries(Array.from({ length: arms }, (_, arm) => [droppedMetric(arm), ['count>=0']]));
}

function droppedMetric(arm: number): string {
  return `dropped_iterations{arm:${arm},phase:load}`;
}

/** What k6 hands to `handleSummary`, as far as it is used. */
export interface Summary {
  state: { testRunDurationMs: number };
  metrics: Record<string, { values: Record<string, number> } | undefined>;
}

/** The figures of all sides, from k6's summary. */
export function figuresOf({ metrics }: Summary, { arms, points }: ScriptPlan): ArmFigures[] {
  const count = (metric: string) => metrics[metric]?.values['count'] ?? 0;
  const times = (metric: string) => timesOf(metrics[metric]?.values ?? {}, points);
  return arms.map(({ name }, arm) => ({
    name,
    ok: count(`ok_${arm}`),
    failed: count(`failed_${arm}`),
    connects: { ok: count(`connects_ok_${arm}`), failed: count(`connects_failed_${arm}`) },
    dropped: count(droppedMetric(arm)),
    latency: times(`latency_${arm}`),
    connect: times(`connect_${arm}`),
    tls: times(`tls_${arm}`),
  }));
}

function timesOf(values: Record<string, number>, points: number): Times {
  const of = (name: string) => values[name] ?? 0;
  const count = of('count');
  const buckets = new Map<number, number>();
  let taken = 0;
  // With as many points as values each counts once; otherwise each stands for its share of them.
  for (const [index, percent] of ranks(points).entries()) {
    const until = Math.round(((index + 1) * count) / points);
    const us = Number((of(`p(${percent})`) * 1000).toPrecision(3));
    if (until > taken) buckets.set(us, (buckets.get(us) ?? 0) + until - taken);
    taken = until;
  }
  return {
    count,
    p50Ms: of('med'),
    p95Ms: of('p(95)'),
    p99Ms: of('p(99)'),
    maxMs: of('max'),
    buckets: [...buckets].sort(([a], [b]) => a - b),
  };
}
