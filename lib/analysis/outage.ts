import type { Recording } from '../model/call-plan.ts';
import type { OutcomeClass, Place } from '../model/observation.ts';
import { type Call, callsOf } from './calls.ts';
import { type Gap, longestGap } from './gaps.ts';
import { analyseLatency, countFailures } from './latency.ts';
import { analyseLateness } from './lateness.ts';
import { type SteadyMargin, findSteady, steadyLimits } from './steady.ts';

/** What must be known about an experiment to read its recordings. Times on the collector's clock. */
export interface FailoverQuestion {
  /** t0: when the fault was seen to bite. */
  faultAt: number;
  /** When the revert was seen to be done; left out when the fault stands until the end. */
  revertedAt?: number;
  /** Places that the fault leaves alone. */
  surviving: (place: Place) => boolean;
  /** Places that the fault takes away. */
  lost: (place: Place) => boolean;
  /** A state counts as steady when it lasts this long. */
  steadyWindowMs: number;
  /** What is normal; default: the calls that ended before t0. */
  baseline?: { errorRatio: number; p99Ms: number | undefined };
  margin?: SteadyMargin;
}

/**
 * The phases of one failover (DESIGN.md §6). A phase that the recording does not show is undefined, never
 * estimated. `…Ms` count from t0, `failbackMs` from the revert.
 */
export interface FailoverFindings {
  t0: number;
  /** Intended send time of the first call that failed after t0 (it may have been under way at t0). */
  firstFailureAt: number | undefined;
  /** First failed send after t0; 0 for a call that was under way. Undefined when no call failed. */
  detectMs: number | undefined;
  /** End of the first success from a surviving place that was sent after the first failed call. */
  failoverMs: number | undefined;
  /** Start of the first whole window, before the revert, in which error ratio and p99 are within the margin again. */
  steadyMs: number | undefined;
  /** Start of the first window that was outside the margin again after that, before the revert. */
  relapseMs: number | undefined;
  /** End of the first success from a lost place that ended after the revert. */
  failbackMs: number | undefined;
  /** Last success from a lost place before the revert: shows that the fault took the place away. */
  lastLostAnswerMs: number | undefined;
  /** Calls that failed after t0, by outcome. */
  failedCalls: Partial<Record<OutcomeClass, number>>;
  failedCount: number;
  /** Calls that failed before t0: more than none, and the steady state was none. */
  failedBefore: number;
  /** Longest time between the sends of consecutive successes of one caller, from t0 on; the worst caller's. */
  longestGapMs: number;
  /** True when that gap had no end in the recording. */
  gapOpen: boolean;
  /** Integral of the failed share over time: failed calls divided by the rate; the worst caller's. */
  errorSeconds: number;
  /** Share of the calls that ended after t0 and were answered, 0..1. */
  availability: number;
  /** Every time above is known to this: probe interval, p99 of the lateness, clock uncertainty, added. */
  resolutionMs: number;
}

/** Reads the phases of a failover from the recordings of one experiment; several callers are read together. */
export function analyseFailover(
  given: Recording | readonly Recording[],
  question: FailoverQuestion,
): FailoverFindings {
  const recordings: readonly Recording[] = 'plan' in given ? [given] : given;
  const t0 = question.faultAt;
  const calls = callsOf(recordings);
  const before = calls.filter(({ endAt }) => endAt <= t0);
  const after = calls.filter(({ endAt }) => endAt > t0);
  const failed = after.filter(({ ok }) => !ok);
  const gap = worstGap(recordings, t0);
  return {
    t0,
    ...phases(after, before, question),
    failedCalls: countFailures(failed.map(({ observation }) => observation)),
    failedCount: failed.length,
    failedBefore: before.filter(({ ok }) => !ok).length,
    longestGapMs: gap.longestMs,
    gapOpen: gap.open,
    errorSeconds: Math.max(0, ...recordings.map((recording) => errorSeconds(recording, t0))),
    availability: after.length === 0 ? 0 : (after.length - failed.length) / after.length,
    resolutionMs: Math.max(0, ...recordings.map(resolutionMs)),
  };
}

type Phases = Pick<
  FailoverFindings,
  'firstFailureAt' | 'detectMs' | 'failoverMs' | 'steadyMs' | 'relapseMs' | 'failbackMs' | 'lastLostAnswerMs'
>;

function phases(after: readonly Call[], before: readonly Call[], question: FailoverQuestion): Phases {
  const { faultAt: t0, revertedAt } = question;
  const since = (time: number | undefined, from = t0) =>
    time === undefined ? undefined : Math.max(0, time - from);
  const firstFailureAt = after.find(
    (call) => !call.ok && call.at < (revertedAt ?? Number.POSITIVE_INFINITY),
  )?.at;
  const steady = findSteady(after, {
    from: firstFailureAt ?? t0,
    to: revertedAt ?? after.at(-1)?.at ?? t0,
    windowMs: question.steadyWindowMs,
    limits: steadyLimits(
      question.baseline ?? analyseLatency(before.map(({ observation }) => observation)),
      question.margin,
    ),
  });
  const failover = answers(after, question.surviving, (call) => call.at > (firstFailureAt ?? Number.NaN))[0];
  const failback = answers(after, question.lost, (call) => call.endAt > (revertedAt ?? Number.NaN))[0];
  const lastLost = answers(after, question.lost, (call) => !(call.endAt > (revertedAt ?? Number.NaN))).at(-1);
  return {
    firstFailureAt,
    detectMs: since(firstFailureAt),
    failoverMs: since(failover?.endAt),
    steadyMs: since(steady.steadyAt),
    relapseMs: since(steady.relapsedAt),
    failbackMs: since(failback?.endAt, revertedAt),
    lastLostAnswerMs: since(lastLost?.endAt),
  };
}

/** Successes from certain places that hold a condition, in the order in which they ended. */
function answers(
  calls: readonly Call[],
  from: (place: Place) => boolean,
  holds: (call: Call) => boolean,
): Call[] {
  const matching = calls.filter((call) => {
    const place = call.observation.answeredBy;
    return call.ok && place !== undefined && from(place) && holds(call);
  });
  return matching.sort((a, b) => a.endAt - b.endAt);
}

function worstGap(recordings: readonly Recording[], t0: number): Gap {
  const gaps = recordings.map((recording) => longestGap(callsOf([recording]), t0));
  return gaps.reduce((worst, gap) => (gap.longestMs > worst.longestMs ? gap : worst), {
    longestMs: 0,
    open: false,
  });
}

function errorSeconds(recording: Recording, t0: number): number {
  const failed = callsOf([recording]).filter((call) => !call.ok && call.endAt > t0);
  return failed.length / recording.plan.ratePerSecond;
}

/** How exactly a recording tells when something happened, milliseconds. */
export function resolutionMs(recording: Recording): number {
  const lateness = analyseLateness(recording.observations, Number.POSITIVE_INFINITY).p99Ms ?? 0;
  return 1000 / recording.plan.ratePerSecond + lateness + recording.clockUncertaintyMs;
}
