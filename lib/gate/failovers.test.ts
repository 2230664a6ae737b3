import { expect, test } from '@playwright/test';
import type { Verdict } from '../model/verdict.ts';
import { sampleRun, sampleTest } from '../report/sample-run.ts';
import { failoversOf } from './failovers.ts';

const budget = { detectMs: 1000, failoverMs: 5000, steadyMs: 8000, failbackMs: 20_000, longestGapMs: 5000 };
const budgets = {
  nodeKill: { ...budget, availability: 0.9 },
  linkPartition: { ...budget, availability: 0.9 },
};
const given = { budgets: budgets as never, seed: 1 };

function run(fault: string, verdict: Verdict, failoverMs?: number) {
  const figures: Record<string, number> = { resolutionMs: 20 };
  if (failoverMs !== undefined) figures['failoverMs'] = failoverMs;
  return sampleRun([
    sampleTest(verdict, { id: `failover/${fault}: keeps serving`, capability: 'failover', figures }),
    sampleTest('passed', { id: 'dns/names: a' }),
  ]);
}

test('the time of each fault is compared against its budget', () => {
  const [one, ...others] = failoversOf(
    run('node-kill', 'passed', 1200),
    run('node-kill', 'passed', 900),
    given,
  );
  expect(others).toEqual([]);
  expect(one).toMatchObject({ fault: 'node-kill', from: [1200], to: [900], budgetMs: 5000, verdict: 'pass' });
});

test('a candidate that takes longer than the budget, or never fails over, is worse', () => {
  const from = run('link-partition', 'passed', 1200);
  for (const to of [run('link-partition', 'failed', 7000), run('link-partition', 'failed')])
    expect(failoversOf(from, to, given)).toMatchObject([{ fault: 'link-partition', verdict: 'fail' }]);
});

test('a fault that was not judged on one side says nothing', () => {
  const from = run('node-kill', 'passed', 1200);
  for (const to of [run('node-kill', 'inconclusive', 1100), run('node-kill', 'broken'), sampleRun([])])
    expect(failoversOf(from, to, given)).toMatchObject([{ to: [], verdict: 'inconclusive' }]);
});

test('without a fault on either side there is nothing to compare', () => {
  expect(failoversOf(sampleRun([]), sampleRun([]), given)).toEqual([]);
});
