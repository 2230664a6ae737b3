import { expect, test } from '@playwright/test';
import { passPower, roundsFor, upperDeviation } from './power.ts';
import { LISTED_POWER } from './synthetic-rounds.ts';

test('at the margin the power is the error rate itself', () => {
  for (const rounds of [2, 3, 6, 10, 40])
    expect(passPower({ distance: 0, sd: 0.1, level: 0.05 }, rounds)).toBeCloseTo(0.05, 4);
});

// Two digits, and a standard error of 0.008 at most.
for (const [margin, sd, rounds, power] of LISTED_POWER) {
  test(`${rounds} rounds with an SD of ${sd * 100} % have a power of ${power} at a margin of ${margin * 100} %`, () => {
    const found = passPower({ distance: Math.log1p(margin), sd, level: 0.05 }, rounds);
    expect(Math.abs(found - power)).toBeLessThan(0.024);
  });
}

// Cohen, Statistical Power Analysis, 2nd ed., table 2.3/2.4 for one sample (d' = d√2): d = 0.5 takes 27 at α = 0.05, power 0.8.
test('rounds for 80 % are those of the tables, and no fewer', () => {
  const question = { distance: 0.5, sd: 1, level: 0.05 };
  expect(roundsFor(question, 0.8)).toBe(27);
  expect(passPower(question, 26)).toBeLessThan(0.8);
});

test('no number of rounds passes what is at the margin, and identical figures pass with two', () => {
  expect(roundsFor({ distance: 0, sd: 0.1, level: 0.05 }, 0.8)).toBe(Number.POSITIVE_INFINITY);
  expect(roundsFor({ distance: 1e-4, sd: 1, level: 0.05 }, 0.8)).toBe(Number.POSITIVE_INFINITY);
  expect(roundsFor({ distance: 0.1, sd: 0, level: 0.05 }, 0.8)).toBe(2);
});

// χ² tables, lower 20 %: 2.343 for 5 degrees of freedom, 5.380 for 9.
test('the planned deviation is above the seen one by as much as so few rounds may hide', () => {
  expect(upperDeviation(1, 5)).toBeCloseTo(Math.sqrt(5 / 2.343), 2);
  expect(upperDeviation(1, 9)).toBeCloseTo(Math.sqrt(9 / 5.38), 2);
  expect(upperDeviation(1, 0)).toBe(Number.POSITIVE_INFINITY);
});
