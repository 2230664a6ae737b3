import { expect, test } from '@playwright/test';
import type { FailoverBudget } from '../model/environment.ts';
import { judgeFailover } from './judge-failover.ts';
import type { FailoverFindings } from './outage.ts';

const budget: FailoverBudget = {
  detectMs: 1000,
  failoverMs: 2000,
  steadyMs: 5000,
  failbackMs: 9000,
  longestGapMs: 800,
  errorSeconds: 2,
};
const good: FailoverFindings = {
  t0: 0,
  firstFailureAt: 100,
  detectMs: 100,
  failoverMs: 700,
  steadyMs: 1500,
  relapseMs: undefined,
  failbackMs: 4000,
  lastLostAnswerMs: 50,
  failedCalls: { 'http-5xx': 10 },
  failedCount: 10,
  failedBefore: 0,
  longestGapMs: 200,
  gapOpen: false,
  errorSeconds: 0.2,
  availability: 0.99,
  resolutionMs: 21,
};

test('a failover within every limit breaks no promise', () => {
  expect(judgeFailover(good, budget)).toEqual({ broken: [], inconclusive: undefined });
});

for (const [phase, change, words] of [
  ['a slow failover', { failoverMs: 2022 }, 'failover took'],
  ['no failover', { failoverMs: undefined }, 'no call was answered from a surviving place'],
  ['no steady state', { steadyMs: undefined }, 'no steady state'],
  ['no failback', { failbackMs: undefined }, 'did not answer again'],
  ['a long gap', { longestGapMs: 900 }, 'longest gap'],
  ['too many errors', { errorSeconds: 2.5 }, '2.50 error-seconds'],
  ['an outage without an end', { gapOpen: true }, 'still failed'],
] as const) {
  test(`${phase} is a broken promise`, () => {
    expect(judgeFailover({ ...good, ...change }, budget).broken.join()).toContain(words);
  });
}

for (const [what, failoverMs] of [
  ['over', 2020],
  ['under', 1980],
] as const) {
  test(`a time that is ${what} its limit by less than the resolution carries no verdict`, () => {
    const { broken, inconclusive } = judgeFailover({ ...good, failoverMs }, budget);
    expect(broken).toEqual([]);
    expect(inconclusive).toMatch(/^failover took .* are known to 21 ms only$/);
  });
}

test('a late agent costs resolution: the same failover passes with a wide budget and is in doubt with a narrow one', () => {
  const late = { ...good, resolutionMs: 600 };
  expect(
    judgeFailover({ ...late, failoverMs: 1300, longestGapMs: 100 }, { ...budget, detectMs: 800 }),
  ).toEqual({
    broken: [],
    inconclusive: undefined,
  });
  expect(judgeFailover({ ...late, failoverMs: 1500 }, budget).inconclusive).toContain('failover took');
});

test('a place that still answers was not lost: no verdict', () => {
  expect(judgeFailover({ ...good, lastLostAnswerMs: 15_000 }, budget).inconclusive).toContain(
    'still answered',
  );
});
