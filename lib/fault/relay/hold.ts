import type { Socket } from 'node:net';

/** A delay, give or take a jitter, evenly spread; milliseconds, never below 0. */
export function timeOf({ delayMs, jitterMs }: { delayMs: number; jitterMs: number }): number {
  return Math.max(0, delayMs + (Math.random() * 2 - 1) * jitterMs);
}

/** Passes on what one socket gives to another, each piece held for a time of its own, and the end after all of them. */
export function hold(from: Socket, to: Socket, time: () => number): void {
  let due = 0;
  const later = (work: () => void) => {
    due = Math.max(due, Date.now() + time());
    setTimeout(work, due - Date.now());
  };
  from.on('data', (piece) => later(() => to.writable && to.write(piece)));
  from.on('end', () => later(() => to.end()));
}
