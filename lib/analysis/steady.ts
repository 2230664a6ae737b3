import type { Call } from './calls.ts';

/** What a window of calls must hold to count as steady. */
export interface SteadyLimits {
  /** Share of failed calls, 0..1. */
  errorRatio: number;
  /** 99 % of the successful calls are answered within this. */
  p99Ms: number;
}

/** How far from the baseline is still steady. */
export interface SteadyMargin {
  /** Added to the baseline's error ratio. */
  errorRatio: number;
  /** The p99 may grow by this factor, or by the floor, whichever allows more. */
  p99Factor: number;
  p99FloorMs: number;
}

/**
 * One failed call in a hundred; p99 twice the baseline's or 50 ms more. Wider than the 10 % of a comparison of two
 * versions, because here one window on a busy machine is judged, not the mean of many rounds.
 */
const DEFAULT_MARGIN: SteadyMargin = { errorRatio: 0.01, p99Factor: 2, p99FloorMs: 50 };

/** Limits for steady windows from a baseline. */
export function steadyLimits(
  baseline: { errorRatio: number; p99Ms: number | undefined },
  margin: SteadyMargin = DEFAULT_MARGIN,
): SteadyLimits {
  const p99 = baseline.p99Ms ?? 0;
  return {
    errorRatio: baseline.errorRatio + margin.errorRatio,
    p99Ms: Math.max(p99 * margin.p99Factor, p99 + margin.p99FloorMs),
  };
}

export interface SteadySearch {
  /** Windows start here or later. */
  from: number;
  /** Windows end here or earlier. */
  to: number;
  windowMs: number;
  limits: SteadyLimits;
}

export interface SteadyFindings {
  /** Start of the first whole window within the limits. */
  steadyAt: number | undefined;
  /** Start of the first window after it that is outside again. */
  relapsedAt: number | undefined;
}

/**
 * Finds the first window of `windowMs` that is within the limits, whole windows only, each starting at the intended
 * send time of a call. `calls` in order of those times. A p99 is within a limit exactly when at most 1 % of the
 * values are above it, so that running sums suffice.
 */
export function findSteady(calls: readonly Call[], search: SteadySearch): SteadyFindings {
  const { windowMs, limits } = search;
  const failed = runningSum(calls, (call) => !call.ok);
  const slow = runningSum(calls, (call) => call.ok && call.latencyMs > limits.p99Ms);
  let steadyAt: number | undefined;
  let end = 0;
  for (const [start, { at }] of calls.entries()) {
    if (at < search.from) continue;
    if (at + windowMs > search.to) break;
    while (end < calls.length && (calls[end]?.at ?? 0) < at + windowMs) end++;
    const count = end - start;
    const errors = between(failed, start, end);
    const good = count - errors;
    const within =
      errors <= limits.errorRatio * count && between(slow, start, end) <= 0.01 * good && good > 0;
    if (within) steadyAt ??= at;
    else if (steadyAt !== undefined) return { steadyAt, relapsedAt: at };
  }
  return { steadyAt, relapsedAt: undefined };
}

function runningSum(calls: readonly Call[], counts: (call: Call) => boolean): number[] {
  const sums = [0];
  for (const call of calls) sums.push((sums.at(-1) ?? 0) + (counts(call) ? 1 : 0));
  return sums;
}

function between(sums: readonly number[], start: number, end: number): number {
  return (sums[end] ?? 0) - (sums[start] ?? 0);
}
