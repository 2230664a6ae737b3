import type { CallPlan } from '../../model/call-plan.ts';

/** Time between acceptance and the first call: enough to answer the request that brought the plan. */
const LEAD_MS = 20;

/**
 * Sends the calls of a plan at start + i / rate, or at a random moment of that interval, whatever became of earlier ones. When the process was held up it
 * sends what is due at once, with the intended times unchanged: lateness shows, it never moves the plan.
 * Gives back a function that stops it.
 */
export function sendOpenLoop(
  plan: Pick<CallPlan, 'ratePerSecond' | 'count' | 'scattered'>,
  now: () => number,
  send: (sequence: number, intendedAt: number) => Promise<void>,
): () => void {
  const startAt = now() + LEAD_MS;
  const drawn = plan.scattered === true ? Math.random : () => 0;
  const momentOf = (sequence: number) => startAt + ((sequence + drawn()) * 1000) / plan.ratePerSecond;
  let next = 0;
  let intendedAt = momentOf(0);
  let timer: NodeJS.Timeout;
  const tick = () => {
    while (next < plan.count && intendedAt <= now()) {
      void send(next, intendedAt);
      next++;
      intendedAt = momentOf(next);
    }
    if (next < plan.count) timer = setTimeout(tick, Math.max(0, intendedAt - now()));
  };
  timer = setTimeout(tick, LEAD_MS);
  return () => clearTimeout(timer);
}
