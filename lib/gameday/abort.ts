import { percent } from '../model/percent.ts';
import { analyseLatency } from '../analysis/latency.ts';
import { callsOf } from '../analysis/calls.ts';
import { formatDuration } from '../model/duration.ts';
import type { Recording } from '../model/call-plan.ts';
import { errorMessage } from '../support/errors.ts';
import type { AbortCondition } from './schema.ts';

/** Fewer calls than this say nothing of a ratio or a quantile. */
const LEAST_CALLS = 10;
const HTTP_TIMEOUT_MS = 3000;

/** What one probe has seen so far. */
export interface Seen {
  probe: string;
  recording: Recording;
}

/** Why the traffic calls for a halt now, in words; undefined where it does not. Pure. */
export function trafficAborts(
  condition: AbortCondition,
  seen: readonly Seen[],
  now: number,
): string | undefined {
  if (!('over' in condition)) return undefined;
  for (const { probe, recording } of seen) {
    if (condition.probe !== undefined && condition.probe !== probe) continue;
    const recent = callsOf([recording])
      .filter(({ endAt }) => endAt > now - condition.over && endAt <= now)
      .map(({ observation }) => observation);
    const { count, errorRatio, p99Ms } = analyseLatency(recent);
    if (count < LEAST_CALLS) continue;
    const over = `over ${formatDuration(condition.over)}`;
    if ('errorRatio' in condition && errorRatio > condition.errorRatio)
      return `${probe}: ${percent(errorRatio, 1)} of the calls failed ${over}, ${percent(condition.errorRatio, 1)} may`;
    if ('p99' in condition && p99Ms !== undefined && p99Ms > condition.p99)
      return `${probe}: p99 ${formatDuration(p99Ms)} ${over}, ${formatDuration(condition.p99)} may be`;
  }
  return undefined;
}

/** Asks a health URL or a Prometheus over and over; each call gives why it calls for a halt, if it does. */
export function remoteAbort(condition: AbortCondition): (() => Promise<string | undefined>) | undefined {
  if ('url' in condition) {
    let failed = 0;
    return async () => {
      const wrong = await healthOf(condition.url);
      failed = wrong === undefined ? 0 : failed + 1;
      return failed >= condition.times ? `${condition.url}: ${wrong}, ${failed} times in a row` : undefined;
    };
  }
  if ('prometheus' in condition) {
    return async () => {
      const value = await queryPrometheus(condition.prometheus, condition.query);
      return value > condition.above
        ? `${condition.query} is ${value}, ${condition.above} may be`
        : undefined;
    };
  }
  return undefined;
}

async function healthOf(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) });
    return answer.ok ? undefined : `answers ${answer.status}`;
  } catch (error) {
    return `does not answer (${errorMessage(error)})`;
  }
}

/** The largest value of an instant query (Prometheus HTTP API, `/api/v1/query`); no result is nothing to halt for. */
async function queryPrometheus(base: string, query: string): Promise<number> {
  const url = new URL('api/v1/query', base.endsWith('/') ? base : `${base}/`);
  url.searchParams.set('query', query);
  const answer = await fetch(url, { signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${url.origin} answers ${answer.status}`);
  const { data } = (await answer.json()) as { data?: { result?: { value?: [number, string] }[] } };
  const values = (data?.result ?? []).map(({ value }) => Number(value?.[1]));
  return Math.max(Number.NEGATIVE_INFINITY, ...values.filter(Number.isFinite));
}
