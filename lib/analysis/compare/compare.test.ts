import { expect, test } from '@playwright/test';
import type { Metric, Round } from '../../model/comparison.ts';
import { seededRandom } from '../../run/shuffle.ts';
import { compareSides } from './compare.ts';
import { marginOf, pathMetrics, planComparison } from './plan.ts';
import { discardReason } from './rounds.ts';
import { type SyntheticMetric, syntheticRounds } from './synthetic-rounds.ts';

const [P50, P95, P99, ERRORS] = pathMetrics('cross-cluster http') as [Metric, Metric, Metric, Metric];
/** As on two shared cores: p50 within 5 %, p99 within 15 %; no errors. */
const REALISTIC: SyntheticMetric[] = [
  { metric: P50, base: 20, sd: 0.05 },
  { metric: P95, base: 40, sd: 0.1 },
  { metric: P99, base: 60, sd: 0.15 },
  { metric: ERRORS, base: 0 },
];
const discardAbove = { latenessP99Ms: 10, stolenShare: 0.25 };

const planned = (
  metrics: readonly SyntheticMetric[],
  random: () => number,
  { aaRounds = 8, mostRounds = 30 } = {},
) =>
  planComparison({
    metrics: metrics.map(({ metric }) => metric),
    aa: syntheticRounds(metrics, { count: aaRounds, random }),
    design: 'interleaved',
    seed: 1,
    discardAbove,
    mostRounds,
  });

const changed = (change: (one: SyntheticMetric) => Partial<SyntheticMetric>) =>
  REALISTIC.map((one) => ({ ...one, ...change(one) }));

/** A gate's comparison from the A/A to the verdict, round by round as it is made. */
function wholeComparison(candidate: readonly SyntheticMetric[], random: () => number) {
  const plan = planned(REALISTIC, random);
  const rounds: Round[] = [];
  const all = syntheticRounds(candidate, { count: plan.mostRounds, random });
  for (;;) {
    const found = compareSides(plan, rounds);
    const next = all[rounds.length];
    if (found.finished || !next) return found;
    rounds.push(next);
  }
}

test('an identical candidate passes in 20 of 20, and in 396 of 400, with the rounds that the A/A asks for', () => {
  const random = seededRandom(1);
  const verdicts = Array.from({ length: 400 }, () => wholeComparison(REALISTIC, random).verdict);
  expect(verdicts.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 'pass'));
  expect(verdicts.filter((verdict) => verdict === 'pass').length).toBeGreaterThanOrEqual(396);
});

for (const [what, candidate] of [
  [
    '8 ms more in each hop',
    changed(({ base, metric }) => (metric === ERRORS ? {} : { ratio: (base + 16) / base })),
  ],
  ['a p99 that is 60 % longer', changed(({ metric }) => (metric === P99 ? { ratio: 1.6 } : {}))],
  ['0.2 % of the requests reset', changed(({ metric }) => (metric === ERRORS ? { to: 0.002 } : {}))],
] as const) {
  test(`${what}: never a pass, nearly always a fail`, () => {
    const random = seededRandom(3);
    const verdicts = Array.from({ length: 50 }, () => wholeComparison(candidate, random).verdict);
    expect(verdicts).not.toContain('pass');
    expect(verdicts.filter((verdict) => verdict === 'fail').length).toBeGreaterThanOrEqual(48);
  });
}

test('a candidate that is far off is failed at the first look, after half of the rounds', () => {
  const found = wholeComparison(
    changed(() => ({ ratio: 3 })),
    seededRandom(4),
  );
  expect(found).toMatchObject({ verdict: 'fail', finished: true });
  expect(found.used).toHaveLength(found.plan.looks[0]?.rounds ?? 0);
});

test('a round is discarded for its conditions, whatever came out of it, and is named', () => {
  const random = seededRandom(5);
  const plan = planned(REALISTIC, random);
  const rounds = syntheticRounds(REALISTIC, { count: plan.mostRounds, random });
  const slow = rounds[0] as Round;
  slow.to.figures[P99.name] = 1e6;
  const late = rounds[1] as Round;
  late.to.conditions = { latenessP99Ms: 40, stolenShare: 0 };
  const robbed = rounds[2] as Round;
  robbed.from.conditions = { latenessP99Ms: 1, stolenShare: 0.4 };
  const found = compareSides(plan, rounds);
  expect(found.used).toContain(1);
  expect(found.discarded).toEqual([
    { round: 2, reason: 'probes of the candidate were late: p99 40.0 ms, limit 10 ms' },
    {
      round: 3,
      reason: 'the host took 40 % of the processors away while the current version was measured, limit 25 %',
    },
  ]);
});

test('conditions that nobody measured discard, too', () => {
  const calm = { latenessP99Ms: 1, stolenShare: 0 };
  expect(discardReason({ from: calm, to: calm }, discardAbove)).toBeUndefined();
  expect(discardReason({ from: calm, to: { ...calm, stolenShare: Number.NaN } }, discardAbove)).toBeDefined();
});

test('too many discarded rounds end it without a verdict, and with the reason', () => {
  const random = seededRandom(6);
  const plan = planned(REALISTIC, random);
  const rounds = syntheticRounds(REALISTIC, { count: plan.mostRounds, random });
  for (const { to } of rounds.slice(3)) to.conditions = { latenessP99Ms: 40, stolenShare: 0 };
  const found = compareSides(plan, rounds);
  expect(found).toMatchObject({ verdict: 'inconclusive', finished: true });
  expect(found.reasons.join()).toMatch(/^only 3 of the \d+ rounds that may be made count/);
});

test('rounds beyond the most that were planned are not looked at', () => {
  const random = seededRandom(7);
  const plan = planned(REALISTIC, random);
  const at = changed(({ metric }) =>
    metric === P99 ? { ratio: Math.exp(plan.metrics[2]?.margin.limit ?? 0) } : {},
  );
  const rounds = syntheticRounds(at, { count: plan.mostRounds + 200, random });
  expect(compareSides(plan, rounds)).toEqual(compareSides(plan, rounds.slice(0, plan.mostRounds)));
});

test('a candidate that answers nothing in a round cannot pass on the other rounds', () => {
  const random = seededRandom(8);
  const plan = planned([{ metric: P99, base: 60, sd: 0.05 }], random);
  const rounds = syntheticRounds([{ metric: P99, base: 60, sd: 0.05 }], { count: plan.mostRounds, random });
  (rounds[1] as Round).to.figures[P99.name] = null;
  const found = compareSides(plan, rounds);
  expect(found.verdict).toBe('inconclusive');
  expect(found.metrics[0]?.note).toContain('no call of the candidate was answered in round 2');
});

test('no errors in too few calls are no pass', () => {
  const few: SyntheticMetric[] = [{ metric: ERRORS, base: 0, calls: 100 }];
  const random = seededRandom(9);
  const plan = planned(few, random, { mostRounds: 10 });
  const found = compareSides(plan, syntheticRounds(few, { count: plan.mostRounds, random }));
  expect(found.verdict).toBe('inconclusive');
  expect(found.metrics[0]).toMatchObject({ power: 0, from: 0, to: 0 });
  // −ln(0.04375) / 0.0005 = 6258 calls on each side, a hundred in a round.
  expect(found.metrics[0]?.roundsFor80).toBe(63);
});

test('the margin is the largest of ten percent, the floor on the baseline, and what identical sides showed', () => {
  const ratio: Metric = { kind: 'ratio', name: 'p50Ms', relative: 0.1, floor: 1 };
  expect(marginOf(ratio, { baseline: 20, spread: 0.05 })).toEqual({ limit: Math.log1p(0.1), by: 'relative' });
  expect(marginOf(ratio, { baseline: 2, spread: 0.05 })).toEqual({ limit: Math.log1p(0.5), by: 'floor' });
  expect(marginOf(ratio, { baseline: 20, spread: 0.3 })).toEqual({ limit: 0.3, by: 'spread' });
  expect(marginOf(ERRORS, { baseline: 0, spread: 0.002 })).toEqual({ limit: 0.002, by: 'spread' });
});

test('identical sides that are not measured alike leave nothing to say', () => {
  const random = seededRandom(10);
  const plan = planned(
    changed(({ metric }) => (metric === P50 ? { ratio: 1.5 } : {})),
    random,
  );
  expect(plan.doubts.join()).toMatch(/identical sides differ by more than the margin/);
  expect(compareSides(plan, [])).toMatchObject({ verdict: 'inconclusive', finished: true });
  const found = compareSides(plan, syntheticRounds(REALISTIC, { count: plan.mostRounds, random }));
  expect(found).toMatchObject({ verdict: 'inconclusive', finished: true });
});

test('an A/A of four rounds knows no spread', () => {
  expect(planned(REALISTIC, seededRandom(11), { aaRounds: 4 }).doubts.join()).toMatch(/only 4 rounds/);
  expect(planned(REALISTIC, seededRandom(11), { aaRounds: 0 }).doubts.join()).toMatch(/only 0 rounds/);
});

test('with less time than it takes, the plan says what power is left', () => {
  // A wide spread, whose margin is the floor's: eight rounds are far from enough.
  const noisy: SyntheticMetric[] = [{ metric: { ...P50, floor: 6 }, base: 20, sd: 0.2 }];
  const short = planned(noisy, seededRandom(12), { aaRounds: 20, mostRounds: 6 });
  const long = planned(noisy, seededRandom(12), { aaRounds: 20, mostRounds: 60 });
  expect(short.looks.at(-1)?.rounds).toBe(6);
  expect(short.power).toBeLessThan(0.99);
  expect(long.power).toBeGreaterThanOrEqual(0.999);
});
