import type { Convergence, ConvergenceTimes } from '../model/cost-report.ts';
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
