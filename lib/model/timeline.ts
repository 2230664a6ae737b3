import type { OutcomeClass } from './observation.ts';
import type { Verdict } from './verdict.ts';

/** The calls whose intended send time lies in one slice of time. */
export interface TimelineBin {
  /** Start of the slice, seconds from the fault. */
  t: number;
  /** Calls that ended well. */
  ok: number;
  /** Calls that did not, by how they ended. */
  errors: Partial<Record<Exclude<OutcomeClass, 'ok'>, number>>;
  /** Latency of the calls that ended well, milliseconds; null when there was none. */
  p50Ms: number | null;
  p99Ms: number | null;
  /** Calls that ended well, by the cluster that answered. */
  answeredBy: Record<string, number>;
}

/** A span that is shaded through all panels: the fault. Seconds from the fault. */
interface TimelineBand {
  label: string;
  from: number;
  to: number;
}

/** An instant with a name: fault seen, first failed call, first success elsewhere, steady, reverted, failback. */
export interface TimelineMarker {
  label: string;
  /** Seconds from the fault. */
  at: number;
}

/** What a failover looked like to its callers; second 0 is when the fault was seen to bite. */
export interface TimelineData {
  /** The service and the fault: `payments, node kill in east`. */
  title: string;
  verdict: Verdict;
  /** One line under the title: rate, caller, the figure that decides. */
  subtitle: string;
  /** Width of a bin, seconds. */
  binSeconds: number;
  bins: TimelineBin[];
  bands: TimelineBand[];
  markers: TimelineMarker[];
}

/** One path whose latency is compared with its budget. */
export interface LatencySeries {
  /** `in-cluster`, `cross-cluster`. */
  label: string;
  /** Rising quantiles (0..1) and their latency, milliseconds. */
  points: { quantile: number; ms: number }[];
  budget: { p50Ms?: number; p95Ms?: number; p99Ms?: number };
}

export interface LatencyDistributionData {
  title: string;
  subtitle: string;
  verdict: Verdict;
  series: LatencySeries[];
}
