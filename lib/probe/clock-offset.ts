import { performance } from 'node:perf_hooks';
import type { ControlApi } from './channel.ts';

/** Difference of two clocks. */
export interface ClockReading {
  /** The agent's clock minus ours, milliseconds. */
  offsetMs: number;
  /** The offset is right within this, milliseconds: half of the shortest round trip, and our clock's step. */
  uncertaintyMs: number;
}

const SAMPLES = 5;
/** Step of Date.now(). */
const STEP_MS = 1;

/** Asks an agent for its time five times and keeps the reading with the shortest round trip (Cristian 1989). */
export async function readClock(api: ControlApi): Promise<ClockReading> {
  let best: ClockReading | undefined;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const sentAt = performance.now();
    const { now } = await api.send<{ now: number }>('GET', '/time');
    const roundTripMs = performance.now() - sentAt;
    const ours = Date.now() - roundTripMs / 2;
    const uncertaintyMs = roundTripMs / 2 + STEP_MS;
    if (!best || uncertaintyMs < best.uncertaintyMs) best = { offsetMs: now - ours, uncertaintyMs };
  }
  return best ?? { offsetMs: 0, uncertaintyMs: Number.POSITIVE_INFINITY };
}
