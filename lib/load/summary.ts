import * as z from 'zod';
import type { LoadArm } from '../model/load.ts';
import { MeshproofError } from '../support/errors.ts';
import { encodeHistogram, mergeHistograms, quantilesOf, type EncodedHistogram } from './histogram.ts';

/** Times in milliseconds; infinite where there were none: nothing measured is never quick. */
export interface LoadTimes {
  count: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
  /** The whole distribution; runs are merged by it, and any quantile comes from it. */
  histogram: EncodedHistogram;
}

/** What k6 measured of one side: latencies of the successful calls, warm-up left out. */
export interface LoadResult extends LoadTimes {
  arm: LoadArm;
  /** When k6 began with its warm-up, milliseconds since the epoch on the clock of its node. */
  startedAt: number;
  /** Calls that were sent at the asked rate and ended; {@link LoadTimes.count} of them are the successful ones. */
  sent: number;
  /** All calls and those of them that failed, with those on connections of their own that were made beside the load. */
  calls: number;
  failed: number;
  /** Share of {@link calls} that failed, 0..1; 1 when nothing was sent. */
  errorRatio: number;
  /** Calls that k6 could not send for want of callers: with any, the load was not what was asked for. */
  dropped: number;
  /** Successful calls a second, over the time of the load. */
  perSecond: number;
  /** Until a new connection carries calls. */
  connect: LoadTimes;
  /** Handshakes of the caller's own TLS. */
  tls: LoadTimes;
  /** Why calls failed, in words, each once. */
  failures: string[];
}

const count = z.int().nonnegative();
const time = z.number().nonnegative();
const Times = z.object({
  count,
  p50Ms: time,
  p95Ms: time,
  p99Ms: time,
  maxMs: time,
  buckets: z.array(z.tuple([time, z.int().positive()])),
});
const Arms = z.array(
  z.object({
    name: z.string(),
    ok: count,
    failed: count,
    connects: z.object({ ok: count, failed: count }),
    dropped: count,
    latency: Times,
    connect: Times,
    tls: Times,
  }),
);

const Figures = z.object({ startedAt: z.number(), arms: Arms });

const MARK = 'MESHPROOF_LOAD ';
const FAILED = /MESHPROOF_FAILED (\[.*\])/;
const MOST_FAILURES = 5;

/**
 * Finds and reads what `scripts/load.ts` printed, for the arms that it called during so many seconds each; throws an
 * `environment` error where it is not there.
 */
export function parseLoad(output: string, arms: readonly LoadArm[], seconds: number): LoadResult[] {
  const lines = output.split('\n');
  const line = lines.findLast((each) => each.includes(MARK));
  const read = Figures.safeParse(
    line === undefined ? undefined : tryJson(line.slice(line.indexOf(MARK) + MARK.length)),
  );
  if (!read.success) throw new MeshproofError('environment', `k6 gave no summary\n${lastLines(output)}`);
  const told = failuresIn(lines);
  return arms.map((arm) => {
    const found = read.data.arms.find(({ name }) => name === arm.name);
    if (!found) throw new MeshproofError('bug', `k6 has no figures of ${arm.name}`);
    return resultOf(arm, found, {
      seconds,
      startedAt: read.data.startedAt,
      failures: told.get(arm.name) ?? [],
    });
  });
}

function resultOf(
  arm: LoadArm,
  { ok, failed, connects, dropped, latency, connect, tls }: z.infer<typeof Arms>[number],
  { seconds, startedAt, failures }: { seconds: number; startedAt: number; failures: string[] },
): LoadResult {
  return {
    arm,
    startedAt,
    ...timesOf(latency),
    sent: ok + failed,
    ...errors(ok + failed + connects.ok + connects.failed, failed + connects.failed),
    dropped,
    perSecond: ok / seconds,
    connect: timesOf(connect),
    tls: timesOf(tls),
    failures,
  };
}

function errors(calls: number, failed: number): Pick<LoadResult, 'calls' | 'failed' | 'errorRatio'> {
  return { calls, failed, errorRatio: calls === 0 ? 1 : failed / calls };
}

/** An empty Trend has zeros, which would look like the fastest mesh of all. */
function timesOf({ buckets, ...times }: z.infer<typeof Times>): LoadTimes {
  const histogram = encodeHistogram(buckets);
  if (times.count > 0) return { ...times, histogram };
  const never = Number.POSITIVE_INFINITY;
  return { count: 0, p50Ms: never, p95Ms: never, p99Ms: never, maxMs: never, histogram };
}

/** What several runners measured of one side at the same time, as if one had. Quantiles come from the histograms. */
export function mergeLoads(parts: readonly LoadResult[]): LoadResult {
  const [first] = parts;
  if (!first) throw new MeshproofError('bug', 'no result to merge');
  if (parts.length === 1) return first;
  const sum = (of: (one: LoadResult) => number) => parts.reduce((total, one) => total + of(one), 0);
  return {
    arm: first.arm,
    startedAt: Math.min(...parts.map((one) => one.startedAt)),
    ...mergeTimes(parts),
    sent: sum((one) => one.sent),
    ...errors(
      sum((one) => one.calls),
      sum((one) => one.failed),
    ),
    dropped: sum((one) => one.dropped),
    perSecond: sum((one) => one.perSecond),
    connect: mergeTimes(parts.map((one) => one.connect)),
    tls: mergeTimes(parts.map((one) => one.tls)),
    failures: [...new Set(parts.flatMap((one) => one.failures))].slice(0, MOST_FAILURES),
  };
}

function mergeTimes(parts: readonly LoadTimes[]): LoadTimes {
  const some = parts.filter((one) => one.count > 0);
  const histogram = mergeHistograms(some.map((one) => one.histogram));
  const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = quantilesOf(histogram, [0.5, 0.95, 0.99]);
  return {
    count: some.reduce((total, one) => total + one.count, 0),
    p50Ms,
    p95Ms,
    p99Ms,
    maxMs: some.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...some.map(({ maxMs }) => maxMs)),
    histogram,
  };
}

/** Reasons by the arm's name. k6 writes its log as text with quotes, or as it is: both are read. */
function failuresIn(lines: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of lines) {
    const json = FAILED.exec(line.replaceAll(String.raw`\"`, '"'))?.[1];
    const [arm, reason] = (json === undefined ? undefined : (tryJson(json) as string[] | undefined)) ?? [];
    if (arm === undefined || reason === undefined) continue;
    const known = found.get(arm) ?? [];
    if (!known.includes(reason) && known.length < MOST_FAILURES) found.set(arm, [...known, reason]);
  }
  return found;
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
