import type { FailoverBudget } from '../model/environment.ts';
import { formatDuration } from '../model/duration.ts';
import type { FailoverFindings } from './outage.ts';

/** What a failover came to, set beside its budget. */
export interface FailoverJudgement {
  /** Broken promises, in words; empty when all held. */
  broken: string[];
  /** Why the evidence carries no verdict, in words; undefined when it does. */
  inconclusive: string | undefined;
}

/**
 * Judges the phases of a failover. A phase that never came is a broken promise, not a missing figure; a traffic
 * that never used the lost place, and never failed, shows nothing about a failover. Every time is known to the
 * recording's resolution only: one that is over its limit by less, or under it by less, carries no verdict.
 */
export function judgeFailover(findings: FailoverFindings, budget: FailoverBudget): FailoverJudgement {
  const { failedCount, lastLostAnswerMs, resolutionMs } = findings;
  const broken: string[] = [];
  const doubts: string[] = [];
  const within = (phase: string, measured: number | undefined, limit: number, never: string) => {
    const words = () => `${phase} took ${formatDuration(measured ?? 0)}, budget ${formatDuration(limit)}`;
    if (measured === undefined) broken.push(never);
    else if (measured - resolutionMs > limit) broken.push(words());
    else if (measured + resolutionMs > limit)
      doubts.push(`${words()}, and times are known to ${formatDuration(resolutionMs)} only`);
  };
  if (failedCount > 0) {
    within('detection', findings.detectMs, budget.detectMs, 'calls failed only after the revert');
    within('failover', findings.failoverMs, budget.failoverMs, 'no call was answered from a surviving place');
    if (findings.gapOpen) broken.push('the last calls of the recording still failed');
  }
  within(
    'return to a steady state',
    findings.steadyMs,
    budget.steadyMs,
    'no steady state came back while the fault held',
  );
  within(
    'failback',
    findings.failbackMs,
    budget.failbackMs,
    'the lost place did not answer again after the revert',
  );
  within('the longest gap between answers', findings.longestGapMs, budget.longestGapMs, '');
  if (findings.errorSeconds > budget.errorSeconds) {
    broken.push(`${findings.errorSeconds.toFixed(2)} error-seconds, budget ${budget.errorSeconds}`);
  }
  // The tries that were under way end within the longest call; answers after that came from a place that was not lost.
  const stillThere = lastLostAnswerMs !== undefined && lastLostAnswerMs > budget.detectMs;
  if (stillThere) {
    const seen = `${formatDuration(lastLostAnswerMs)} after the fault was seen`;
    doubts.unshift(`the place that was lost still answered ${seen}`);
  }
  return { broken, inconclusive: doubts.length > 0 ? doubts.join('; ') : undefined };
}
