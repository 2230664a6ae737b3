import { expect, test } from '@playwright/test';
import { differenceBounds, meanBounds } from './bounds.ts';
import { poissonLimits } from './poisson.ts';

test('bounds of a mean are mean ± t·s/√n', () => {
  // s = 1.5811, t(0.95; 4) = 2.132.
  const { lower, upper } = meanBounds([1, 2, 3, 4, 5]);
  expect(lower(0.05)).toBeCloseTo(3 - (2.1318 * 1.5811) / Math.sqrt(5), 3);
  expect(upper(0.05)).toBeCloseTo(3 + (2.1318 * 1.5811) / Math.sqrt(5), 3);
});

test('one round bounds nothing, and none does not either', () => {
  expect(meanBounds([0.01]).upper(0.05)).toBe(Number.POSITIVE_INFINITY);
  expect(meanBounds([]).upper(0.05)).toBe(Number.POSITIVE_INFINITY);
  expect(meanBounds([]).lower(0.05)).toBe(Number.NEGATIVE_INFINITY);
});

// Garwood's limits as tabled in Ulm, American Journal of Epidemiology 1990 (95 % two-sided: 2.5 % on each side).
for (const [count, low, high] of [
  [0, 0, 3.689],
  [1, 0.0253, 5.572],
  [5, 1.6235, 11.668],
  [10, 4.7954, 18.39],
  [100, 81.364, 121.627],
] as const) {
  test(`a count of ${count} has the limits of the table`, () => {
    const found = poissonLimits(count, 0.025);
    expect(found.low).toBeCloseTo(low, 2);
    expect(found.high).toBeCloseTo(high, 2);
  });
}

test('limits of a large count are those of the normal distribution, and found at once', () => {
  const { low, high } = poissonLimits(50_000, 0.05);
  expect(Math.abs(high / (50_000 + 1.645 * Math.sqrt(50_000)) - 1)).toBeLessThan(1e-4);
  expect(Math.abs(low / (50_000 - 1.645 * Math.sqrt(50_000)) - 1)).toBeLessThan(1e-4);
});

const counts = (from: number, to: number, calls = 10_000) => ({
  from: { calls, failed: from },
  to: { calls, failed: to },
});
const none = Array.from({ length: 10 }, () => 0);

test('no error on both sides is three in n, not zero', () => {
  const { mean, lower, upper } = differenceBounds(none, counts(0, 0));
  expect(mean).toBe(0);
  expect(upper(0.05)).toBeCloseTo(2.9957 / 10_000, 7);
  expect(lower(0.05)).toBeCloseTo(-2.9957 / 10_000, 7);
});

test('one error in one round is not taken for a spread that t understands', () => {
  const { upper } = differenceBounds([...none.slice(1), 0.001], counts(0, 1));
  // t alone says 0.00028; one event may be 4.74.
  expect(upper(0.05)).toBeCloseTo(4.744 / 10_000, 6);
});

test('errors that come in bursts are as uncertain as the rounds say', () => {
  const bursts = [0.02, 0, 0, 0.02, 0, 0, 0, 0.02, 0, 0];
  const { lower } = differenceBounds(bursts, counts(0, 60));
  expect(lower(0.05)).toBeCloseTo(meanBounds(bursts).lower(0.05), 12);
  expect(lower(0.05)).toBeLessThan(0.0005);
});
