import type { LoadFigures } from './load-budget.ts';

/** A load as a healthy mesh answers it, for tests. */
export const sampleLoad: LoadFigures = {
  p50Ms: 3,
  p95Ms: 20,
  p99Ms: 40,
  maxMs: 90,
  errorRatio: 0,
  perSecond: 100,
  connect: { p95Ms: 4 },
  tls: { p95Ms: 3 },
};
