import type { Convergence, ConvergenceJudgement, ConvergenceTimes } from '../model/cost-report.ts';
import { formatDuration } from '../model/duration.ts';
import { quantiles } from './quantile.ts';

/** One change, and when each proxy took it up; all milliseconds since the epoch on one clock. */
export interface PushedChange {
  /** Cluster in which it was made. */
  source: string;
  sentAt: number;
  /** Undefined: not within the time that was waited. */
  taken: { cluster: string; proxy: string; at: number | undefined }[];
}

/** A change has converged when the last proxy has it. One that a proxy never got leaves no times, whatever the others took. */
export function analyseConvergence(services: number, changes: readonly PushedChange[]): Convergence {
  const timesOf = (counts: (cluster: string, source: string) => boolean): ConvergenceTimes => {
    const last = changes.map(({ sentAt, source, taken }) => {
      const times = taken.filter(({ cluster }) => counts(cluster, source)).map(({ at }) => at ?? Infinity);
      return times.length === 0 ? Number.NaN : Math.max(...times) - sentAt;
    });
    if (last.length === 0 || last.some((one) => !Number.isFinite(one)))
      return { median: null, fastest: null, slowest: null };
    const [fastest = null, median = null, slowest = null] = quantiles(last, [0, 0.5, 1]);
    return { median, fastest, slowest };
  };
  return {
    services,
    changes: changes.length,
    proxies: new Set(changes.flatMap(({ taken }) => taken.map(({ cluster, proxy }) => `${cluster}/${proxy}`)))
      .size,
    own: timesOf((cluster, source) => cluster === source),
    remote: timesOf((cluster, source) => cluster !== source),
    all: timesOf(() => true),
    missing: changes.flatMap(({ source, taken }, index) =>
      taken
        .filter(({ at }) => at === undefined)
        .map(({ cluster, proxy }) => `change ${index + 1} of ${source} never came to ${cluster}/${proxy}`),
    ),
  };
}

/**
 * Holds changes to a limit: each of them, at each size, has come to every proxy by then. `disturbed` says why times are not the
 * mesh's alone (the host took processors away): what is late is then no failure of the mesh, and what is in time is in time.
 */
export function judgeConvergence(
  found: readonly Convergence[],
  limitMs: number,
  disturbed: string | undefined,
): ConvergenceJudgement {
  const limit = formatDuration(limitMs);
  const late = found.flatMap(({ services, all: { slowest }, missing }) => {
    if (missing.length > 0) return [`with ${services} services ${missing.join(', ')}`];
    return slowest === null || slowest > limitMs
      ? [
          `with ${services} services ${slowest === null ? 'no change was timed' : formatDuration(Math.round(slowest))}`,
        ]
      : [];
  });
  const timed = found.reduce((sum, { changes }) => sum + changes, 0);
  if (timed === 0) return { limitMs, verdict: 'inconclusive', words: 'no change was timed' };
  if (late.length === 0)
    return {
      limitMs,
      verdict: 'passed',
      words: `each of ${timed} changes came to every proxy within ${limit}`,
    };
  const words = `not every change came to every proxy within ${limit}: ${late.join('; ')}`;
  if (disturbed !== undefined)
    return { limitMs, verdict: 'inconclusive', words: `${words}; but ${disturbed}` };
  return { limitMs, verdict: 'failed', words };
}
