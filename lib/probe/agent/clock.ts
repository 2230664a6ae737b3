import { performance } from 'node:perf_hooks';

/** Milliseconds since the epoch with fractions; never jumps back while the process lives. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
