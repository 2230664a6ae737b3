import { now } from '../clock.ts';

/** Runs `expire` once `deadlineAt` (the agent's clock) has come, unless the returned function is called before. */
export function armDeadline(deadlineAt: number, expire: () => void): () => void {
  const timer = setTimeout(expire, Math.max(0, deadlineAt - now()));
  return () => clearTimeout(timer);
}
