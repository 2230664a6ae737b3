import { expect, test } from '@playwright/test';
import { callsToTellShare } from './sample-size.ts';
import { judgeSplit } from './split.ts';
import { acceptedSuccesses, binomialProbabilities, binomialPValue } from './split-binomial.ts';

test('binomial probabilities sum to one, for thousands of trials too', () => {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  expect(sum(binomialProbabilities(3000, 0.8))).toBeCloseTo(1, 9);
  expect(binomialProbabilities(4, 0.5)).toEqual([1, 4, 6, 4, 1].map((ways) => expect.closeTo(ways / 16, 12)));
});

test('the exact p-value is that of the textbook', () => {
  // 2 of 10 at 1/2: twice (1 + 10 + 45) / 1024.
  expect(binomialPValue(2, 10, 0.5)).toBeCloseTo((2 * 56) / 1024, 12);
  expect(binomialPValue(5, 10, 0.5)).toBe(1);
});

test('the region of acceptance leaves at most half of alpha in each tail', () => {
  const { from, to } = acceptedSuccesses(600, 0.8, 0.001);
  const probabilities = binomialProbabilities(600, 0.8);
  const tail = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  expect(tail(probabilities.slice(0, from))).toBeLessThanOrEqual(0.0005);
  expect(tail(probabilities.slice(to + 1))).toBeLessThanOrEqual(0.0005);
  expect(tail(probabilities.slice(0, from + 1))).toBeGreaterThan(0.0005);
});

test('the sample tells ten and five points with its stated power, and not much more', () => {
  expect(callsToTellShare({ share: 0.8, shift: 0.1, power: 0.99 })).toBeGreaterThan(550);
  expect(callsToTellShare({ share: 0.8, shift: 0.1, power: 0.99 })).toBeLessThan(650);
  expect(callsToTellShare({ share: 0.8, shift: 0.05, power: 0.99 })).toBeLessThan(2400);
  expect(callsToTellShare({ share: 0.8, shift: 0, power: 0.99 })).toBe(Number.POSITIVE_INFINITY);
});

test('swapped weights, 75 instead of 80 and a cluster without a weight are off; 80 is not', () => {
  const weights = { east: 80, west: 20 };
  const off = (answers: Record<string, number>) =>
    judgeSplit({ weights, answers, alpha: 0.001 }).off.map(({ cluster }) => cluster);
  expect(off({ east: 1780, west: 420 })).toEqual([]);
  expect(off({ east: 1650, west: 550 })).toEqual(['east', 'west']);
  expect(off({ east: 440, west: 1760 })).toEqual(['east', 'west']);
  expect(off({ east: 2200 })).toEqual(['east', 'west']);
  expect(off({ east: 1760, west: 440, north: 1 })).toEqual(['north']);
});
