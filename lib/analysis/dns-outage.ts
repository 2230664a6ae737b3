import type { Recording } from '../model/call-plan.ts';
import type { DnsBudget } from '../model/environment.ts';
import type { OutcomeClass } from '../model/observation.ts';
import { callsOf } from './calls.ts';
import { longestGap } from './gaps.ts';
import { analyseLatency, countFailures } from './latency.ts';
import { analyseLateness } from './lateness.ts';

/** What a restart of the resolvers cost one caller. */
export interface DnsOutage {
  lookups: number;
  failed: Partial<Record<OutcomeClass, number>>;
  /** Failed lookups divided by the rate. */
  errorSeconds: number;
  /** Longest time between the sends of two answered lookups, milliseconds. */
  longestGapMs: number;
  /** p99 of how late the caller sent, milliseconds: gaps shorter than that are its own. */
  latenessMs: number;
}

/** Reads the cost of a restart that began at `from` (the collector's clock) out of one caller's lookups. */
export function analyseDnsOutage(recording: Recording, from: number): DnsOutage {
  const calls = callsOf([recording]);
  const after = calls.filter(({ endAt }) => endAt > from);
  const failed = countFailures(after.map(({ observation }) => observation));
  const failures = after.filter(({ ok }) => !ok).length;
  return {
    lookups: after.length,
    failed,
    errorSeconds: failures / recording.plan.ratePerSecond,
    longestGapMs: longestGap(calls, from).longestMs,
    latenessMs: analyseLateness(recording.observations, Number.POSITIVE_INFINITY).p99Ms ?? 0,
  };
}

/** What a restart cost, set beside its budget. */
export interface RestartJudgement {
  /** What is over the budget, in words. */
  broken: string[];
  /** Why a figure carries no verdict, in words. */
  doubts: string[];
}

/**
 * Judges the cost of a restart. A gap is known to the caller's own lateness: one that is over its limit by less, or under
 * it by less, carries no verdict. Failed lookups of a caller that was later than half of that limit don't either.
 */
export function judgeRestart(outage: DnsOutage, budget: DnsBudget['restart']): RestartJudgement {
  const { errorSeconds, longestGapMs, latenessMs } = outage;
  const failed = Object.entries(outage.failed).map(([outcome, count]) => `${count} × ${outcome}`);
  const errors = `${errorSeconds.toFixed(2)} error-seconds (${failed.join(', ')}), budget ${budget.errorSeconds}`;
  const gap = `no answer for ${longestGapMs.toFixed(0)} ms, budget ${budget.longestGapMs} ms`;
  const late = `, and the caller itself was ${latenessMs.toFixed(0)} ms late (p99)`;
  const judged: RestartJudgement = { broken: [], doubts: [] };
  if (errorSeconds > budget.errorSeconds) {
    if (latenessMs > budget.longestGapMs / 2) judged.doubts.push(errors + late);
    else judged.broken.push(errors);
  }
  if (longestGapMs - latenessMs > budget.longestGapMs) judged.broken.push(gap);
  else if (longestGapMs + latenessMs > budget.longestGapMs) judged.doubts.push(gap + late);
  return judged;
}

/** More of the lookups may not fail: one in a thousand. */
const ERROR_RATIO = 0.001;
/** A caller that is later than this share of the budget cannot say that the resolver is slow. */
const LATENESS_SHARE = 0.1;

/** Latency of lookups in one cluster, and whether the machine let us see it. */
export interface DnsLatency {
  count: number;
  p50Ms: number | undefined;
  p99Ms: number | undefined;
  failed: Partial<Record<OutcomeClass, number>>;
  /** p99 of the lateness of an agent that had nothing to do meanwhile, milliseconds. */
  latenessMs: number;
  verdict: 'passed' | 'failed' | 'inconclusive';
}

/**
 * Judges p99 from intended send times. A busy machine makes a resolver look slow, never quick: so a pass stands, and a
 * failure needs an idle witness that was on time. Lookups that fail are judged whatever the machine did.
 */
export function judgeDnsLatency(
  { observations }: Pick<Recording, 'observations'>,
  { p99LimitMs, latenessMs }: { p99LimitMs: number; latenessMs: number },
): DnsLatency {
  const { count, p50Ms, p99Ms, failed, errorRatio } = analyseLatency(observations);
  const slow = p99Ms === undefined || p99Ms > p99LimitMs;
  const busy = latenessMs > LATENESS_SHARE * p99LimitMs;
  const failing = errorRatio > ERROR_RATIO;
  const verdict = failing ? 'failed' : slow ? (busy ? 'inconclusive' : 'failed') : 'passed';
  return { count, p50Ms, p99Ms, failed, latenessMs, verdict };
}
