import type { Recording } from '../model/call-plan.ts';
import { type Call, callsOf } from './calls.ts';

export interface OutageWindow {
  /** Intended send time of the last good call before, and of the first good call after. */
  lastGoodAt: number;
  firstGoodAt: number;
  /** Their distance. The true outage is within one probe interval of it at either edge. */
  outageMs: number;
  /** Calls between them; none was good. */
  failedCalls: number;
}

export interface OutageOptions {
  /**
   * A call is good only when it was answered within this, milliseconds. TCP repairs a short drop by sending again
   * (after 200 ms at the least, 1 s for a SYN: RFC 6298), so calls sent into a drop can succeed late. Give a
   * limit below 200 to see the drop itself. Default: every `ok` call is good.
   */
  goodWithinMs?: number;
}

/**
 * The longest outage of a recording that has an end: from the last good send to the first good send. Undefined when no
 * failed call lies between two good ones.
 */
export function outageWindow(recording: Recording, options: OutageOptions = {}): OutageWindow | undefined {
  const within = options.goodWithinMs ?? Number.POSITIVE_INFINITY;
  let worst: OutageWindow | undefined;
  let lastGood: Call | undefined;
  let failedCalls = 0;
  for (const call of callsOf([recording])) {
    if (!call.ok || call.latencyMs > within) {
      failedCalls++;
      continue;
    }
    if (lastGood && failedCalls > 0) {
      const outageMs = call.at - lastGood.at;
      if (outageMs > (worst?.outageMs ?? 0)) {
        worst = { lastGoodAt: lastGood.at, firstGoodAt: call.at, outageMs, failedCalls };
      }
    }
    lastGood = call;
    failedCalls = 0;
  }
  return worst;
}

/** The longest time between intended send times of consecutive successes. */
export interface Gap {
  longestMs: number;
  /** True when the longest gap had no end within the recording: it is that long at least. */
  open: boolean;
}

/**
 * The longest gap between consecutive successes of one caller, from its last success before `from` on. A recording
 * that ends without a success leaves an open gap up to its last call.
 */
export function longestGap(calls: readonly Call[], from: number): Gap {
  let longest: Gap = { longestMs: 0, open: false };
  let last = calls[0]?.at ?? from;
  for (const call of calls) {
    if (!call.ok) continue;
    if (call.at >= from && call.at - last > longest.longestMs)
      longest = { longestMs: call.at - last, open: false };
    last = call.at;
  }
  const rest = (calls.at(-1)?.at ?? last) - last;
  return rest > longest.longestMs ? { longestMs: rest, open: true } : longest;
}
