import { expect, test } from '@playwright/test';
import type { LoadLimits } from '../model/load.ts';
import { breachesOf, relativeBreaches } from './load-budget.ts';
import { sampleLoad } from './sample-load.ts';

const limits: Required<LoadLimits> = {
  p50Ms: 5,
  p95Ms: 30,
  p99Ms: 50,
  maxMs: 100,
  errorRatio: 0.001,
  perSecond: 99,
  connectMs: 10,
  tlsHandshakeMs: 8,
};
const never = Number.POSITIVE_INFINITY;

test('a load within every limit breaks none, and what has no limit is not judged', () => {
  expect(breachesOf(sampleLoad, limits)).toEqual([]);
  expect(breachesOf({ ...sampleLoad, p99Ms: 4000, errorRatio: 1 }, { p50Ms: 5 })).toEqual([]);
});

for (const [limit, planted] of [
  ['p50Ms', { p50Ms: 5.1 }],
  ['p95Ms', { p95Ms: 31 }],
  ['p99Ms', { p99Ms: 51 }],
  ['maxMs', { maxMs: 101 }],
  ['errorRatio', { errorRatio: 0.002 }],
  ['perSecond', { perSecond: 98.9 }],
  ['connectMs', { connect: { p95Ms: 11 } }],
  ['tlsHandshakeMs', { tls: { p95Ms: 9 } }],
] as const) {
  test(`${limit} is red by itself when it is broken`, () => {
    const breaches = breachesOf({ ...sampleLoad, ...planted }, limits);
    expect(breaches.map((one) => one.limit)).toEqual([limit]);
    expect(breaches[0]?.words).toMatch(new RegExp(`^${limit} is [\\d.]+, budget [\\d.]+$`));
  });
}

test('what was never measured keeps no limit', () => {
  const nothing = { ...sampleLoad, p50Ms: never, connect: { p95Ms: never }, tls: { p95Ms: never } };
  const broken = breachesOf(nothing, limits).map(({ limit }) => limit);
  expect(broken).toEqual(['p50Ms', 'connectMs', 'tlsHandshakeMs']);
});

const multiples = { to: 'no-mesh', p50: 2, p95: 3, p99: 3, connect: 2, slackMs: 0 } as const;
const baseline = { ...sampleLoad, p50Ms: 2, p95Ms: 10, p99Ms: 20, connect: { p95Ms: 3 } };

test('multiples follow the baseline: a machine that slows both down breaks none', () => {
  expect(relativeBreaches(sampleLoad, baseline, multiples)).toEqual([]);
  const slow = { ...sampleLoad, p50Ms: 30, p99Ms: 400, p95Ms: 200, connect: { p95Ms: 40 } };
  const slowToo = { ...baseline, p50Ms: 20, p99Ms: 200, p95Ms: 100, connect: { p95Ms: 30 } };
  expect(relativeBreaches(slow, slowToo, multiples)).toEqual([]);
});

for (const [limit, planted] of [
  ['p50Ms', { p50Ms: 4.1 }],
  ['p95Ms', { p95Ms: 30.5 }],
  ['p99Ms', { p99Ms: 61 }],
  ['connectMs', { connect: { p95Ms: 6.1 } }],
] as const) {
  test(`a multiple of ${limit} is red by itself when it is broken, unless it is within the slack`, () => {
    const load = { ...sampleLoad, ...planted };
    const [breach, ...others] = relativeBreaches(load, baseline, multiples);
    expect(breach).toMatchObject({ limit, words: expect.stringContaining('times that of no-mesh') });
    expect(others).toEqual([]);
    expect(relativeBreaches(load, baseline, { ...multiples, slackMs: 50 })).toEqual([]);
  });
}

test('a baseline of failures allows nothing', () => {
  const broken = relativeBreaches(
    sampleLoad,
    { ...baseline, p50Ms: never },
    { to: 'no-mesh', p50: 2, slackMs: 5 },
  );
  expect(broken).toMatchObject([{ limit: 'p50Ms', allowed: 0 }]);
});
