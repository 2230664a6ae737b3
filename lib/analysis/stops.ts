import type { Recording } from '../model/call-plan.ts';
import { callsOf } from './calls.ts';

/**
 * The longest time that a change waited for the proxy which was to hear of it, or did wait at the end: so long pushes had
 * stopped, to the interval of the changes. Milliseconds, of what ended after `from`. What is read is a recording of changes.
 */
export function longestWait(recording: Recording, from: number): number {
  let longestMs = 0;
  let waitsSince: number | undefined;
  for (const { at, endAt, ok } of callsOf([recording])) {
    if (endAt <= from) continue;
    waitsSince ??= at;
    longestMs = Math.max(longestMs, endAt - waitsSince);
    if (ok) waitsSince = undefined;
  }
  return longestMs;
}

/**
 * The longest time without a certificate that was not seen before, of what ended after `from`, up to the last handshake that
 * showed one; milliseconds. What is read is a recording of handshakes.
 */
export function longestWithoutNew(recording: Recording, from: number): number {
  let longestMs = 0;
  let newestAt: number | undefined;
  const known = new Set<string>();
  for (const { endAt, observation } of callsOf([recording])) {
    const leaf = observation.chain?.[0]?.pem;
    if (leaf === undefined) continue;
    if (endAt > from && newestAt !== undefined) longestMs = Math.max(longestMs, endAt - newestAt);
    if (!known.has(leaf)) newestAt = endAt;
    known.add(leaf);
  }
  return longestMs;
}
