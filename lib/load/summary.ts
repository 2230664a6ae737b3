import * as z from 'zod';
import { MeshproofError } from '../support/errors.ts';

/** What k6 measured: latencies of the successful calls in milliseconds, warm-up left out. */
export interface LoadResult {
  /** Calls that were sent and ended. */
  count: number;
  ok: number;
  /** Share of `count` that failed, 0..1; 1 when nothing was sent. */
  errorRatio: number;
  /** Calls that k6 could not send for want of callers: with any, the load was not what was asked for. */
  dropped: number;
  /** Infinity when no call succeeded. */
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
}

const MARK = 'MESHPROOF_SUMMARY ';
const time = z.union([z.number(), z.null().transform(() => Number.POSITIVE_INFINITY)]);
const Summary = z.object({
  count: z.int().nonnegative(),
  ok: z.int().nonnegative(),
  errorRatio: z.number().min(0).max(1),
  dropped: z.int().nonnegative(),
  p50Ms: time,
  p95Ms: time,
  p99Ms: time,
  maxMs: time,
});

/** Finds and reads the summary in the output of `scripts/http-latency.ts`; throws an `environment` error without one. */
export function parseSummary(output: string): LoadResult {
  const line = output.split('\n').findLast((each) => each.includes(MARK));
  const read = Summary.safeParse(
    line === undefined ? undefined : tryJson(line.slice(line.indexOf(MARK) + MARK.length)),
  );
  if (!read.success) throw new MeshproofError('environment', `k6 gave no summary\n${lastLines(output)}`);
  const { ok } = read.data;
  const times = {
    p50Ms: read.data.p50Ms,
    p95Ms: read.data.p95Ms,
    p99Ms: read.data.p99Ms,
    maxMs: read.data.maxMs,
  };
  // An empty Trend has zeros, which would look like the fastest mesh of all.
  if (ok === 0)
    for (const name of ['p50Ms', 'p95Ms', 'p99Ms', 'maxMs'] as const) times[name] = Number.POSITIVE_INFINITY;
  return { ...read.data, ...times };
}

/** The end of a program's output, for an error. */
export function lastLines(output: string, count = 12): string {
  return output.trim().split('\n').slice(-count).join('\n');
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
