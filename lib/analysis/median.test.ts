import { expect, test } from '@playwright/test';
import { medianInterval } from './median.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

// Conover, table A3; as in any table of the sign test.
for (const [n, low, high, confidence] of [
  [6, 1, 6, 0.96875],
  [8, 1, 8, 0.9921875],
  [9, 2, 8, 0.9609375],
  [10, 2, 9, 0.978515625],
  [20, 6, 15, 0.9586105],
] as const) {
  test(`of ${n} values the median lies between the ${low}th and the ${high}th`, () => {
    const found = medianInterval(upTo(n).toReversed());
    expect(found).toMatchObject({ low, high, median: (n + 1) / 2 });
    expect(found?.confidence).toBeCloseTo(confidence, 6);
  });
}

test('five values are too few for 95 %, and enough for 90 %', () => {
  expect(medianInterval(upTo(5))).toBeUndefined();
  expect(medianInterval(upTo(5), 0.9)).toMatchObject({ low: 1, high: 5 });
  expect(medianInterval([])).toBeUndefined();
});

test('a value that never came counts as endless, and only where it lies at the end', () => {
  const never = Number.POSITIVE_INFINITY;
  expect(medianInterval([1, 2, 3, 4, 5, never])?.high).toBe(never);
  expect(medianInterval([...upTo(9), never])?.high).toBe(9);
});
