/** The two arms of a comparison: what runs now, and what may replace it. In an A/A both are what runs now. */
export const SIDES = ['from', 'to'] as const;
export type Side = (typeof SIDES)[number];

/** What disturbs a measurement whatever it measures: all that a discard may look at. */
export interface Conditions {
  /** How late the probes or the load generator sent, p99, milliseconds. */
  latenessP99Ms: number;
  /** Share of processor time that the host gave to others, 0..1; the worst second. */
  stolenShare: number;
}

/** Calls of one side in one round, or of several rounds together. */
export interface CallCount {
  calls: number;
  failed: number;
}

/** One side's part of a round. */
export interface SideOfRound {
  conditions: Conditions;
  /** Positive figures by metric (`p99Ms cross-cluster http`); null where no call was `ok`. */
  figures: Record<string, number | null>;
  /** Calls by metric (`errorRatio cross-cluster http`). */
  calls: Record<string, CallCount>;
}

/**
 * The unit of analysis: both sides once. In a before/after `from` was made before the candidate came, and `again` is what ran
 * first, once more after the way back.
 */
export type Round = { number: number; again?: SideOfRound } & Record<Side, SideOfRound>;

/**
 * What is compared, and by how much it may get worse. The names are those of figures: the unit ends the first word
 * (`p99Ms cross-cluster http`).
 */
export type Metric =
  | {
      kind: 'ratio';
      name: string;
      /** 0.1: ten percent more. */
      relative: number;
      /** In the metric's unit: what nobody notices, however small the baseline is. */
      floor: number;
    }
  | {
      kind: 'errors';
      name: string;
      /** Share of the calls, 0..1. */
      floor: number;
    };

/** How much worse still counts as not worse. */
export interface Margin {
  /** In units of the effect: ln(to / from) for a ratio, a share of the calls for errors. */
  limit: number;
  /** Which of the three is the largest. */
  by: 'relative' | 'floor' | 'spread';
}

/** A metric with its margin, fixed before the comparison, and what the A/A said of it. */
export interface PlannedMetric {
  metric: Metric;
  margin: Margin;
  /** Of the effects of identical sides; `spread` is the 95th percentile of their sizes. */
  aa: { rounds: number; mean: number; sd: number; spread: number };
}

/** A moment at which the comparison may end, and the error rate that is spent there. */
export interface Look {
  /** Rounds that count by then. */
  rounds: number;
  level: number;
}

/** Everything that is decided before the first round. */
export interface ComparisonPlan {
  design: 'interleaved' | 'before-after';
  seed: number;
  /** Error rate over all looks: of passing a candidate that is at the margin, and of failing one. */
  alpha: number;
  metrics: PlannedMetric[];
  /** In their order; the last is the most rounds that count. */
  looks: Look[];
  /** The most rounds that are made, with those that are discarded. */
  mostRounds: number;
  /** A round with more than this is discarded. */
  discardAbove: Conditions;
  /** Least probability that an identical candidate passes, by the spread of the A/A. */
  power: number;
  /** Why nothing that is measured carries a verdict; empty when it does. */
  doubts: string[];
}

export const COMPARISON_VERDICTS = ['pass', 'fail', 'inconclusive'] as const;
export type ComparisonVerdict = (typeof COMPARISON_VERDICTS)[number];

/** What one metric came to. Effects as in `Margin`; null where there is none. */
export interface MetricResult {
  metric: Metric;
  margin: Margin;
  /** Median of the rounds; for errors the share of all calls. */
  from: number | null;
  to: number | null;
  /** For errors only. */
  counts?: Record<Side, CallCount>;
  /** In a before/after: how much worse what ran first was after the way back than before, with bounds as those of the effect. */
  drift?: Drift;
  /** One for each round that counts, in their order. */
  effects: (number | null)[];
  mean: number | null;
  sd: number | null;
  /** One-sided bounds of the mean, each at the level of the look. */
  lower: number | null;
  upper: number | null;
  verdict: ComparisonVerdict;
  /** What else is to be said of it; empty for nothing. */
  note: string;
  /** Probability that an identical candidate passes with these rounds and this spread. */
  power: number;
  /** Rounds with which that would be 80 %; null where no number of rounds helps. */
  roundsFor80: number | null;
}

/** Change of what runs now by itself, in units of the effect; null where it is not known. */
export interface Drift {
  mean: number | null;
  lower: number | null;
  upper: number | null;
  /** It was shown to be more than the margin, in either direction. */
  shown: boolean;
}

/** What a comparison came to. */
export interface Comparison {
  plan: ComparisonPlan;
  /** False while the plan asks for more rounds. */
  finished: boolean;
  verdict: ComparisonVerdict;
  /** What keeps it from a verdict, beside the metrics themselves. */
  reasons: string[];
  /** Level of the look that decided; each bound holds with 1 − level. */
  level: number;
  /** Numbers of the rounds that count, and of those that do not. */
  used: number[];
  discarded: { round: number; reason: string }[];
  metrics: MetricResult[];
}

/** Failover times of the same fault on both sides. */
export interface FailoverComparison {
  fault: string;
  /** Milliseconds, one for each injection; null where it never came. */
  from: (number | null)[];
  to: (number | null)[];
  budgetMs: number;
  resolutionMs: number;
  /** Permutation test of "the candidate's median is not longer by more than the margin"; null for too few injections. */
  pValue: number | null;
  verdict: ComparisonVerdict;
  /** The whole of it, in words. */
  words: string;
}
