import { expect, test } from '@playwright/test';
import { compareGrowth } from '../analysis/compare/growth.ts';
import type { GrowthState, RoleGrowth } from '../model/cost.ts';
import { growthFindings } from './costs.ts';

function grown(role: RoleGrowth['role'], state: GrowthState, slope: number, reach = 40): RoleGrowth {
  const bounds = { lower: slope - reach, upper: slope + reach };
  return {
    role,
    cluster: 'east',
    of: 'resident',
    growth: { state, slope, ...bounds, floor: 32, calls: 4000, readings: 24 },
  };
}

const current = [grown('client-proxy', 'flat', 0), grown('server-proxy', 'unclear', 20, 100)];

test('a candidate that leaks is a finding against it, with the role that leaks', () => {
  const found = growthFindings(
    compareGrowth(current, [grown('client-proxy', 'flat', 0), grown('server-proxy', 'grows', 4000)]),
  );
  expect(found.map(({ weight }) => weight)).toEqual(['against']);
  expect(found[0]?.words).toContain('resident memory of the server-proxy in east grows by 4000 B a call');
});

test('an identical candidate speaks for itself, and one that could not be read settles nothing', () => {
  expect(growthFindings(compareGrowth(current, current))).toMatchObject([
    { weight: 'for', words: expect.stringContaining('server-proxy in east: −80 … 120 B a call') },
  ]);
  expect(growthFindings(compareGrowth(current, current.slice(0, 1)))).toMatchObject([
    { weight: 'unsettled', words: expect.stringContaining('too few readings of the candidate') },
  ]);
  expect(growthFindings([])).toMatchObject([{ weight: 'unsettled' }]);
});
