import type { CallPlan } from '../../model/call-plan.ts';

/** Time between acceptance and the first call: enough to answer the request that brought the plan. */
const LEAD_MS = 20;

/**
 * Sends the calls of a plan at start + i / rate, whatever became of earlier ones. When the process was held up it
 * sends what is due at once, with the intended times unchanged: lateness shows, it never moves the plan.
 * Gives back a function that stops it.
 */
export function sendOpenLoop(
  plan: Pick<CallPlan, 'ratePerSecond' | 'count'>,
  now: () => number,
  send: (sequence: number, intendedAt: number) => Promise<void>,
): () => void {
  const startAt = now() + LEAD_MS;
  const intendedAt = (sequence: number) => startAt + (sequence * 1000) / plan.ratePerSecond;
  let next = 0;
  let timer: NodeJS.Timeout;
  const tick = () => {
    while (next < plan.count && intendedAt(next) <= now()) {
      void send(next, intendedAt(next));
      next++;
    }
    if (next < plan.count) timer = setTimeout(tick, Math.max(0, intendedAt(next) - now()));
  };
  timer = setTimeout(tick, LEAD_MS);
  return () => clearTimeout(timer);
}
