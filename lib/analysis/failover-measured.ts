import type { Recording } from '../model/call-plan.ts';
import { callsOf } from './calls.ts';
import { findSteady } from './steady.ts';

/** What one fault cost while it held; milliseconds. */
export interface MeasuredFailover {
  /** Calls that failed from the fault to its revert. */
  failed: number;
  /** Start of the first window in which calls were answered again; 0 when none failed, undefined when none came before the revert. */
  steadyMs: number | undefined;
  /** Start of the first window after that in which they were not. */
  relapseMs: number | undefined;
}

/** Reads what a fault cost between its beginning and its end, whatever came of it afterwards. */
export function measureFailover(
  recording: Recording,
  { from, to, windowMs, errorRatio }: { from: number; to: number; windowMs: number; errorRatio: number },
): MeasuredFailover {
  const calls = callsOf([recording]).filter(({ at, endAt }) => endAt > from && at < to);
  const failures = calls.filter(({ ok }) => !ok);
  const first = failures[0];
  if (!first) return { failed: 0, steadyMs: 0, relapseMs: undefined };
  const limits = { errorRatio, p99Ms: Number.POSITIVE_INFINITY };
  const { steadyAt, relapsedAt } = findSteady(calls, {
    from: Math.max(from, first.at),
    to,
    windowMs,
    limits,
  });
  return {
    failed: failures.length,
    steadyMs: steadyAt === undefined ? undefined : steadyAt - from,
    relapseMs: relapsedAt === undefined ? undefined : relapsedAt - from,
  };
}
