import { expect, test } from '@playwright/test';
import type { ComparisonPlan, ComparisonVerdict, Metric, SideOfRound } from '../../model/comparison.ts';
import { seededRandom } from '../../run/shuffle.ts';
import { type Block, BLOCKS, type BlockName, compareBlocks, planBeforeAfter } from './blocks.ts';
import { compareSides } from './compare.ts';
import { syntheticRounds } from './synthetic-rounds.ts';

const P99: Metric = { kind: 'ratio', name: 'p99Ms path', relative: 0.1, floor: 0 };
const ERRORS: Metric = { kind: 'errors', name: 'errorRatio path', floor: 0.0005 };
const ROUNDS = 12;
const SIMULATIONS = 2000;
const discardAbove = { latenessP99Ms: 10, stolenShare: 0.25 };

/** What the machine does by itself: ln of how much slower it is at a time, from 0 (first round before) to 3 (the last after the way back). */
type Drift = (time: number) => number;
const calm: Drift = () => 0;

interface World {
  /** The candidate is so many times slower. */
  ratio?: number;
  drift?: Drift;
  /** Share of the candidate's calls that fail. */
  failing?: number;
  rounds?: number;
}

/** Three blocks of measurements. One of them differs from the next by an SD of ln of 0.08: one after the other is noisy. */
function blocksOf(
  random: () => number,
  { ratio = 1, drift = calm, failing = 0, rounds = ROUNDS }: World = {},
): Record<BlockName, Block> {
  const block = (name: BlockName): Block =>
    syntheticRounds(
      [
        { metric: P99, base: 60, sd: 0.026, ratio: name === 'after' ? ratio : 1 },
        { metric: ERRORS, base: 0, to: name === 'after' ? failing : 0 },
      ],
      { count: rounds, random },
    ).map(({ to }, index) => {
      const slower = Math.exp(drift(BLOCKS.indexOf(name) + index / rounds));
      to.figures[P99.name] = (to.figures[P99.name] ?? 0) * slower;
      return { number: index + 1, side: to };
    });
  return { before: block('before'), after: block('after'), again: block('again') };
}

/** A margin of 10 %, as it was fixed before. */
const fixed: ComparisonPlan = {
  design: 'before-after',
  seed: 1,
  alpha: 0.05,
  metrics: [
    {
      metric: P99,
      margin: { limit: Math.log1p(0.1), by: 'relative' },
      aa: { rounds: 6, mean: 0, sd: 0.1, spread: 0 },
    },
  ],
  looks: [{ rounds: ROUNDS, level: 0.05 }],
  mostRounds: ROUNDS,
  discardAbove,
  power: 0,
  doubts: [],
};

function shareOf(verdict: ComparisonVerdict, world: World, seed: number): number {
  const random = seededRandom(seed);
  let count = 0;
  for (let simulation = 0; simulation < SIMULATIONS; simulation++)
    if (compareBlocks(fixed, blocksOf(random, world)).verdict === verdict) count++;
  return count / SIMULATIONS;
}

/** 5 % and three standard errors of a simulated share. */
const FIVE_PERCENT = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / SIMULATIONS);

test('without drift a candidate at the margin is passed in 5 % of all cases at most, and an identical one in most', () => {
  const passed = shareOf('pass', { ratio: 1.1 }, 1);
  expect(passed).toBeGreaterThan(0);
  expect(passed).toBeLessThanOrEqual(FIVE_PERCENT);
  expect(shareOf('fail', { ratio: 1.1 }, 2)).toBeLessThanOrEqual(FIVE_PERCENT);
  expect(shareOf('pass', {}, 3)).toBeGreaterThan(0.7);
  expect(shareOf('fail', { ratio: 1.4 }, 4)).toBeGreaterThan(0.95);
});

const step =
  (at: number, size: number): Drift =>
  (time) =>
    time >= at ? size : 0;
const DRIFTS: Record<string, Drift> = {
  'steadily slower': (time) => 0.1 * time,
  'steadily quicker': (time) => -0.1 * time,
  'slower from the upgrade on': step(1, 0.2),
  'quicker from the upgrade on': step(1, -0.2),
  'slower in the middle of the candidate': step(1.5, 0.2),
  'quicker in the middle of the candidate': step(1.5, -0.2),
  'slower from the way back on': step(2, 0.2),
  'quicker from the way back on': step(2, -0.2),
};

for (const [what, drift] of Object.entries(DRIFTS)) {
  test(`a machine that becomes ${what} passes no candidate at the margin, and fails none that is identical`, () => {
    expect(shareOf('pass', { ratio: 1.1, drift }, 5)).toBeLessThanOrEqual(FIVE_PERCENT);
    expect(shareOf('fail', { drift }, 6)).toBeLessThanOrEqual(FIVE_PERCENT);
    expect(shareOf('inconclusive', { drift }, 7)).toBeGreaterThan(0.9);
  });
}

test('what ran before alone would pass a candidate at the margin on a machine that becomes quicker', () => {
  const random = seededRandom(8);
  const drift = step(1, -0.2);
  let passed = 0;
  for (let simulation = 0; simulation < 500; simulation++) {
    const { before, after } = blocksOf(random, { ratio: 1.1, drift });
    const rounds = before.map(({ number, side }, index) => {
      const { side: to } = after[index] as { side: SideOfRound };
      return { number, from: side, to };
    });
    if (compareSides(fixed, rounds).verdict === 'pass') passed++;
  }
  expect(passed / 500).toBeGreaterThan(0.9);
});

test('drift that was shown is told, and nothing is decided beside it, however much worse the candidate seems', () => {
  const found = compareBlocks(fixed, blocksOf(seededRandom(9), { ratio: 3, drift: step(2, 0.7) }));
  const [metric] = found.metrics;
  expect(metric).toMatchObject({ verdict: 'inconclusive', drift: { shown: true } });
  expect(metric?.drift?.mean).toBeCloseTo(0.7, 0);
  expect(metric?.note).toContain('what runs now drifted by more than the margin');
});

const planned = (random: () => number, world: World = {}, mostRounds = 20) => {
  const blocks = blocksOf(random, { rounds: 20, ...world });
  const plan = planBeforeAfter({
    metrics: [P99, ERRORS],
    before: blocks.before,
    seed: 1,
    discardAbove,
    mostRounds,
  });
  return { blocks, plan };
};

test('the margin is at least what the halves of the first block showed, and there is one look', () => {
  const { plan } = planned(seededRandom(10));
  expect(plan.metrics[0]?.aa.rounds).toBe(10);
  expect(plan.metrics[0]?.margin).toMatchObject({ by: 'spread' });
  expect(plan.looks).toHaveLength(1);
  expect(plan.doubts).toEqual([]);
});

test('a whole before/after passes identical candidates, and fails one that loses 0.2 % of the calls or is twice as slow', () => {
  const random = seededRandom(11);
  const verdicts = (world: World) =>
    Array.from({ length: 40 }, () => {
      const { blocks, plan } = planned(random, world);
      return compareBlocks(plan, blocks).verdict;
    });
  expect(verdicts({}).filter((verdict) => verdict === 'pass').length).toBeGreaterThanOrEqual(36);
  expect(verdicts({ failing: 0.002 }).filter((verdict) => verdict === 'fail').length).toBeGreaterThan(36);
  expect(verdicts({ ratio: 2 }).filter((verdict) => verdict === 'fail').length).toBeGreaterThan(36);
});

test('a machine that drifts before anything is changed leaves the plan in doubt', () => {
  const { plan } = planned(seededRandom(12), { drift: (time) => time });
  expect(plan.doubts.join()).toContain('what runs now changed by more than the margin');
});

test('no more rounds are planned than were made before', () => {
  expect(planned(seededRandom(13), { rounds: 13 }, 40).plan.looks[0]?.rounds).toBeLessThanOrEqual(12);
});

test('what was disturbed does not count, and a block that is too short decides nothing', () => {
  const blocks = blocksOf(seededRandom(14));
  const late = blocks.again[3] as Block[number];
  late.side.conditions = { latenessP99Ms: 50, stolenShare: 0 };
  const found = compareBlocks(fixed, blocks);
  expect(found).toMatchObject({
    verdict: 'inconclusive',
    finished: true,
    reasons: ['only 11 rounds of each version count, and 12 were planned'],
  });
  expect(found.discarded).toEqual([
    {
      round: 4,
      reason: 'probes of the current version after the way back were late: p99 50.0 ms, limit 10 ms',
    },
  ]);
});

test('calls that nobody answered after the way back are no drift, and no pass', () => {
  const blocks = blocksOf(seededRandom(15));
  (blocks.again[2] as Block[number]).side.figures[P99.name] = null;
  const [metric] = compareBlocks(fixed, blocks).metrics;
  expect(metric).toMatchObject({ verdict: 'inconclusive' });
  expect(metric?.note).toContain('no call of the current version was answered in round 3');
});
