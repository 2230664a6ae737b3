import { expect, test } from '@playwright/test';
import { encodeHistogram, mergeHistograms, quantilesOf } from './histogram.ts';

test('quantiles of merged runs are those of all their calls, and no mean of quantiles', () => {
  const quick = encodeHistogram([
    [1000, 990],
    [2000, 10],
  ]);
  const slow = encodeHistogram([
    [1000, 50],
    [90_000, 50],
  ]);
  expect(quantilesOf(quick, [0.5, 0.99])).toEqual([1, 1]);
  const [p50 = 0, p95 = 0, p99 = 0] = quantilesOf(mergeHistograms([quick, slow]), [0.5, 0.95, 0.99]);
  expect(p50).toBeCloseTo(1, 2);
  // 1,040 calls of 1 ms, 10 of 2 ms and 50 of 90 ms: rank 1,045 of 1,100 is the first beyond one millisecond.
  expect(p95).toBeCloseTo(2, 2);
  expect(p99).toBeGreaterThan(89.9);
  expect(p99).toBeLessThan(90.1);
});

test('a value is known to 0.1 %, and nothing is never quick', () => {
  for (const us of [7, 358, 12_345, 4_999_999]) {
    const [ms = 0] = quantilesOf(encodeHistogram([[us, 3]]), [0.5]);
    expect(Math.abs(ms * 1000 - us) / us).toBeLessThanOrEqual(0.001);
  }
  expect(quantilesOf(encodeHistogram([]), [0.5, 0.99])).toEqual([Infinity, Infinity]);
});
