import type { Recording } from '../model/call-plan.ts';
import type { OutcomeClass, Place } from '../model/observation.ts';
import { type Call, callsOf } from './calls.ts';
import { countFailures } from './latency.ts';
import { quantiles } from './quantile.ts';

/** The calls whose intended send time lies in one step of a timeline. */
export interface TimelineBin {
  /** Start, milliseconds since the epoch on the collector's clock. */
  at: number;
  ratePerSecond: number;
  count: number;
  ok: number;
  failed: Partial<Record<OutcomeClass, number>>;
  /** Of the `ok` calls; undefined without one. */
  p50Ms: number | undefined;
  p99Ms: number | undefined;
  /** Successes by the label of the place that answered. */
  answeredBy: Record<string, number>;
}

export interface TimelineOptions {
  /** Width of a bin. */
  binMs: number;
  /** Default: the cluster's name. */
  label?: (place: Place) => string;
}

/** Cuts recordings into bins without holes, from the first call to the last; for the picture. */
export function timeline(recordings: readonly Recording[], options: TimelineOptions): TimelineBin[] {
  const calls = callsOf(recordings);
  const [first, last] = [calls[0], calls.at(-1)];
  if (!first || !last) return [];
  const { binMs, label = ({ cluster }) => cluster } = options;
  const bins: Call[][] = Array.from({ length: Math.floor((last.at - first.at) / binMs) + 1 }, () => []);
  for (const call of calls) bins[Math.floor((call.at - first.at) / binMs)]?.push(call);
  return bins.map((each, index) => summarise(each, first.at + index * binMs, binMs, label));
}

function summarise(
  calls: readonly Call[],
  at: number,
  binMs: number,
  label: (place: Place) => string,
): TimelineBin {
  const good = calls.filter(({ ok }) => ok);
  const [p50Ms, p99Ms] = quantiles(
    good.map(({ latencyMs }) => latencyMs),
    [0.5, 0.99],
  );
  const answeredBy: Record<string, number> = {};
  for (const { observation } of good) {
    const name = observation.answeredBy ? label(observation.answeredBy) : 'unknown';
    answeredBy[name] = (answeredBy[name] ?? 0) + 1;
  }
  return {
    at,
    ratePerSecond: (calls.length * 1000) / binMs,
    count: calls.length,
    ok: good.length,
    failed: countFailures(calls.map(({ observation }) => observation)),
    p50Ms,
    p99Ms,
    answeredBy,
  };
}
