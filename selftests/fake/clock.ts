import type { Clock } from '../../lib/support/clock.ts';

/** Time that passes only when somebody waits for it: minutes of a failover cost nothing, and are exact. */
export interface VirtualClock extends Clock {
  /** Sleeps until then; at once when that is past. */
  sleepUntil(time: number): Promise<void>;
}

/** Starts at the real time, since certificates are dated in it. */
export function virtualClock(): VirtualClock {
  let now = Date.now();
  const sleepUntil = async (time: number) => {
    now = Math.max(now, time);
    // A turn of the event loop: the runner's own time limits must be able to fire.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { now: () => now, sleep: (ms) => sleepUntil(now + ms), sleepUntil };
}
