import type { Recording } from '../model/call-plan.ts';
import { type Call, callsOf } from './calls.ts';

/** The calls of one caller to one service, in one protocol. */
export interface Flow {
  name: string;
  recording: Recording;
}

export interface LostCalls {
  calls: number;
  failed: number;
  /** By cluster: how many calls it answered. */
  answered: Record<string, number>;
  /** Failed calls that only the mesh can explain, in words by flow. */
  broken: string[];
  /** Why the recordings carry no verdict, or why failures may be the machine's; empty when they do. */
  undecided: string[];
}

/** When a failed call may be the machine's doing, milliseconds. */
export interface BusyTerms {
  /** Calls that left so late tell of a machine without a free processor: half of what the mesh allows for one try. */
  busyMs: number;
  /** So long after a time-out calls may fail at once, because the mesh keeps away from where it was. */
  aftermathMs: number;
}

/** So soon after a failed call the agent's own lateness still tells how busy the machine was. */
const SOON_MS = 2500;
/** What a proxy says when it and its peer do not trust each other: never the doing of a busy machine. */
const DISTRUST = /CERTIFICATE_VERIFY_FAILED|TLS_error|unknown ca|SSL/i;

/**
 * Whether no call was lost. Failures around a moment in which the agent itself was late are undecided, unless their words
 * tell of distrust. Zero failures of n calls mean: fewer than 3/n fail, with 95 % confidence (the rule of three, Hanley and
 * Lippman-Hand 1983).
 */
export function judgeLostCalls(flows: readonly Flow[], terms: BusyTerms): LostCalls {
  const found: LostCalls = { calls: 0, failed: 0, answered: {}, broken: [], undecided: [] };
  const all = callsOf(flows.map(({ recording }) => recording));
  for (const { name, recording } of flows) {
    const calls = callsOf([recording]);
    const failures = calls.filter(({ ok }) => !ok);
    found.calls += calls.length;
    found.failed += failures.length;
    for (const { observation, ok } of calls) {
      const place = observation.answeredBy?.cluster;
      if (ok && place !== undefined) found.answered[place] = (found.answered[place] ?? 0) + 1;
    }
    if (calls.length === 0) found.undecided.push(`${name}: no call was sent`);
    const lateMs = new Map(failures.map((one) => [one, latenessAround(one, all, terms.aftermathMs)]));
    const doubtful = failures.filter(
      (one) => (lateMs.get(one) ?? 0) > terms.busyMs && !DISTRUST.test(one.observation.detail ?? ''),
    );
    const sure = failures.filter((one) => !doubtful.includes(one));
    if (sure.length > 0) found.broken.push(`${name}: ${words(sure)} of ${calls.length} calls`);
    if (doubtful.length > 0) {
      const worst = Math.max(...doubtful.map((one) => lateMs.get(one) ?? 0));
      const late = `calls left up to ${Math.round(worst)} ms late`;
      found.undecided.push(`${name}: ${words(doubtful)}, but the machine was busy: ${late}`);
    }
  }
  return found;
}

/** Of all callers: they share what is busy. Sorted calls in, so that the window is a slice. */
function latenessAround({ at }: Call, sorted: readonly Call[], aftermathMs: number): number {
  let worst = 0;
  for (const call of sorted) {
    if (call.at > at + SOON_MS) break;
    if (call.at >= at - aftermathMs)
      worst = Math.max(worst, call.observation.sentAt - call.observation.intendedAt);
  }
  return worst;
}

function words(failures: readonly Call[]): string {
  const counts = new Map<string, number>();
  for (const { outcome, detail } of failures.map(({ observation }) => observation)) {
    const what = [outcome, detail].filter(Boolean).join(': ');
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const first = new Date(Math.min(...failures.map(({ at }) => at))).toISOString();
  const list = [...counts].map(([what, count]) => `${count} × ${what}`).join(', ');
  return `${list} (first at ${first})`;
}
