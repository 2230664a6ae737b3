import { expect, test } from '@playwright/test';
import type { GrowthState, MemoryGrowth, RoleGrowth } from '../../model/cost.ts';
import { compareGrowth } from './growth.ts';

function grown(state: GrowthState, slope: number, reach: number): RoleGrowth[] {
  const growth: MemoryGrowth = {
    state,
    slope,
    lower: slope - reach,
    upper: slope + reach,
    floor: 32,
    calls: 4000,
    readings: 24,
  };
  return [{ role: 'server-proxy', cluster: 'east', of: 'resident', growth }];
}

const verdict = (from: RoleGrowth[], to: RoleGrowth[]) => compareGrowth(from, to)[0]?.verdict;
const still = grown('unclear', 5, 60);

test('a candidate that leaks fails, with how much', () => {
  const [found] = compareGrowth(still, grown('grows', 900, 80));
  expect(found?.verdict).toBe('fail');
  expect(found?.words).toBe(
    'resident memory of the server-proxy in east grows by 900 B a call (820 … 980 B a call over 4000 calls; before −55 … 65)',
  );
});

test('identical sides pass, also where both grow', () => {
  expect(verdict(still, still)).toBe('pass');
  expect(verdict(grown('grows', 900, 80), grown('grows', 910, 70))).toBe('pass');
  expect(verdict(grown('grows', 2000, 80), grown('grows', 2010, 60))).toBe('pass');
});

test('what warms up, or cannot be told, fails nothing, and passes only where growth is ruled out', () => {
  expect(verdict(still, grown('warming-up', 400, 100))).toBe('pass');
  expect(verdict(still, grown('unclear', 400, 5000))).toBe('inconclusive');
  expect(verdict(still, [])).toBe('inconclusive');
  expect(verdict([], still)).toBe('inconclusive');
});
