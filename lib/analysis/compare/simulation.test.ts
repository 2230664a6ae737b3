import { expect, test } from '@playwright/test';
import type { ComparisonPlan, ComparisonVerdict, Metric } from '../../model/comparison.ts';
import { seededRandom } from '../../run/shuffle.ts';
import { compareSides } from './compare.ts';
import { plannedLooks } from './looks.ts';
import { passPower } from './power.ts';
import { type SyntheticMetric, syntheticRounds, LISTED_POWER } from './synthetic-rounds.ts';

/** As in research note chaos.md §6, whose table this is. */
const SIMULATIONS = 4000;

function planOf(metrics: readonly Metric[], margin: number, rounds: number, looks: number): ComparisonPlan {
  return {
    design: 'interleaved',
    seed: 1,
    alpha: 0.05,
    metrics: metrics.map((metric) => ({
      metric,
      margin: { limit: Math.log1p(margin), by: 'relative' },
      aa: { rounds: 10, mean: 0, sd: 0, spread: 0 },
    })),
    looks: plannedLooks({ rounds, looks, alpha: 0.05 }),
    mostRounds: rounds,
    discardAbove: { latenessP99Ms: 10, stolenShare: 0.25 },
    power: 0,
    doubts: [],
  };
}

interface Cell {
  margin: number;
  rounds: number;
  looks?: number;
  /** True ratio and SD of each metric. */
  metrics: { ratio: number; sd: number }[];
}

/** Share of simulated comparisons that end with a verdict. */
function shareOf(
  verdict: ComparisonVerdict,
  { margin, rounds, looks = 1, metrics }: Cell,
  seed: number,
): number {
  const random = seededRandom(seed);
  const made = metrics.map(({ ratio, sd }, index): SyntheticMetric => {
    const metric: Metric = { kind: 'ratio', name: `p99Ms path ${index}`, relative: margin, floor: 0 };
    return { metric, base: 8, ratio, sd };
  });
  const plan = planOf(
    made.map(({ metric }) => metric),
    margin,
    rounds,
    looks,
  );
  let count = 0;
  for (let simulation = 0; simulation < SIMULATIONS; simulation++) {
    const found = compareSides(plan, syntheticRounds(made, { count: rounds, random }));
    if (found.verdict === verdict) count++;
  }
  return count / SIMULATIONS;
}

/** Three standard errors of a simulated share, and the half digit that the table leaves out. */
const tolerance = (share: number) => 3 * Math.sqrt((share * (1 - share)) / SIMULATIONS) + 0.005;

// chaos.md §6: power at a true ratio of 1.
for (const [margin, sd, rounds, power] of LISTED_POWER) {
  test(`margin ${margin * 100} %, SD ${sd * 100} %, ${rounds} rounds: power ${power}, false passes 5 %`, () => {
    const identical = shareOf('pass', { margin, rounds, metrics: [{ ratio: 1, sd }] }, 1);
    // Both the table and this are simulations: the difference has twice the variance.
    expect(Math.abs(identical - power)).toBeLessThan(0.005 + Math.SQRT2 * (tolerance(power) - 0.005));
    const stated = passPower({ distance: Math.log1p(margin), sd, level: 0.05 }, rounds);
    expect(Math.abs(identical - stated)).toBeLessThan(tolerance(stated));
    const atMargin = shareOf('pass', { margin, rounds, metrics: [{ ratio: 1 + margin, sd }] }, 2);
    expect(Math.abs(atMargin - 0.05)).toBeLessThanOrEqual(0.01);
    test
      .info()
      .annotations.push({ type: 'simulated', description: `power ${identical}, false passes ${atMargin}` });
  });
}

const metrics = (...ratios: number[]) => ratios.map((ratio) => ({ ratio, sd: 0.1 }));

test('two looks err no more often than one, and cost little power', () => {
  const two = { margin: 0.1, rounds: 10, looks: 2 };
  expect(shareOf('pass', { ...two, metrics: metrics(1.1) }, 3)).toBeLessThanOrEqual(0.06);
  expect(shareOf('fail', { ...two, metrics: metrics(1.1) }, 4)).toBeLessThanOrEqual(0.06);
  expect(shareOf('pass', { ...two, metrics: metrics(1) }, 5)).toBeGreaterThan(0.87 - 0.04);
});

test('looking at the full level after each round would err far more often', () => {
  const cell = { margin: 0.1, rounds: 10, metrics: metrics(1.1) };
  const random = seededRandom(6);
  const metric: Metric = { kind: 'ratio', name: 'p99Ms', relative: 0.1, floor: 0 };
  const greedy = {
    ...planOf([metric], cell.margin, cell.rounds, 1),
    looks: Array.from({ length: 9 }, (_, index) => ({ rounds: index + 2, level: 0.05 })),
  };
  let passed = 0;
  for (let simulation = 0; simulation < 1000; simulation++) {
    const rounds = syntheticRounds([{ metric, base: 8, ratio: 1.1, sd: 0.1 }], { count: 10, random });
    if (compareSides(greedy, rounds).verdict === 'pass') passed++;
  }
  expect(passed / 1000).toBeGreaterThan(0.1);
});

test('one metric at the margin is passed in 5 % of all cases, however good the others are', () => {
  const cell = { margin: 0.1, rounds: 10, looks: 2, metrics: metrics(1.1, 0.5, 0.5, 0.5) };
  expect(Math.abs(shareOf('pass', cell, 7) - 0.05)).toBeLessThanOrEqual(0.01);
});

test('four metrics at the margin are failed in 5 % of all cases at most, for which it takes Holm', () => {
  const cell = { margin: 0.1, rounds: 10, metrics: metrics(1.1, 1.1, 1.1, 1.1) };
  expect(shareOf('fail', cell, 8)).toBeLessThanOrEqual(0.06);
  // Without it: 1 − 0.95⁴ = 0.185 of them have one lower bound above the margin.
  const random = seededRandom(8);
  const made = cell.metrics.map(({ ratio, sd }, index): SyntheticMetric => {
    const metric: Metric = { kind: 'ratio', name: `p99Ms path ${index}`, relative: 0.1, floor: 0 };
    return { metric, base: 8, ratio, sd };
  });
  const plan = planOf(
    made.map(({ metric }) => metric),
    0.1,
    10,
    1,
  );
  let uncorrected = 0;
  for (let simulation = 0; simulation < 1000; simulation++) {
    const found = compareSides(plan, syntheticRounds(made, { count: 10, random }));
    if (found.metrics.some(({ lower, margin }) => (lower ?? 0) > margin.limit)) uncorrected++;
  }
  expect(uncorrected / 1000).toBeGreaterThan(0.14);
});
