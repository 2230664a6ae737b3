import { expect, test } from '@playwright/test';
import { seededRandom } from '../../run/shuffle.ts';
import { compareFailovers } from './failover.ts';

const compared = (from: (number | null)[], to: (number | null)[], faults = 3) =>
  compareFailovers(
    { fault: 'node kill in east', from, to, budgetMs: 5000, resolutionMs: 20 },
    { faults, random: seededRandom(1) },
  );
const spread = (base: number, count = 10) => Array.from({ length: count }, (_, index) => base + index * 40);

test('one injection on each side is judged by the budget', () => {
  expect(compared([2000], [2100])).toMatchObject({ verdict: 'pass', pValue: null });
  expect(compared([2000], [5100])).toMatchObject({ verdict: 'fail' });
  expect(compared([2000], [null]).words).toBe(
    'failover after node kill in east: 2 s → never, budget 5 s: over the budget 1 of 1 times',
  );
});

test('what the current version does not keep either says nothing about the candidate', () => {
  expect(compared([5100], [5200]).verdict).toBe('inconclusive');
  expect(compared([null], [null]).verdict).toBe('inconclusive');
});

test('a time that is as close to the budget as times are known carries no verdict', () => {
  expect(compared([2000], [4990]).verdict).toBe('inconclusive');
  expect(compared([2000], [5010]).verdict).toBe('inconclusive');
});

test('no injection is no pass', () => {
  expect(compared([2000], []).verdict).toBe('inconclusive');
  expect(compared([], [2000]).verdict).toBe('inconclusive');
});

test('a median that is longer by more than the margin fails, within the budget too', () => {
  expect(compared(spread(1000), spread(2000))).toMatchObject({ verdict: 'fail' });
  expect(compared(spread(1000), spread(1050))).toMatchObject({ verdict: 'pass' });
  // Nine say it too, but not to one in a thousand.
  expect(compared(spread(1000, 9), spread(2000, 9))).toMatchObject({ verdict: 'pass', pValue: null });
});

test('identical sides are failed in one of a thousand at most', () => {
  const random = seededRandom(2);
  const times = () => Array.from({ length: 10 }, () => 1000 + 500 * Math.exp(random()));
  let failed = 0;
  for (let run = 0; run < 100; run++) if (compared(times(), times(), 1).verdict !== 'pass') failed++;
  expect(failed).toBe(0);
});
