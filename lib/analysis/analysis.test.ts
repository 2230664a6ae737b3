import { expect, test } from '@playwright/test';
import type { ResilienceSettings } from '../model/environment.ts';
import { analyseLateness } from './lateness.ts';
import { analyseLatency } from './latency.ts';
import { predictFailover } from './predicted.ts';
import { callsToSeeEveryPlace, errorFreeCallsFor } from './sample-size.ts';
import { placeIn, syntheticRecording } from './synthetic.ts';
import { timeline } from './timeline.ts';

test('latencies count from the intended time, of successes only', () => {
  const { observations } = syntheticRecording({
    seconds: 10,
    treat: (_elapsed, sequence) =>
      sequence % 10 === 0
        ? { outcome: 'refused', latencyMs: 0.1 }
        : { latencyMs: sequence % 100, latenessMs: 30 },
  });
  const found = analyseLatency(observations);
  expect(found).toMatchObject({ count: 1000, ok: 900, errorRatio: 0.1, failed: { refused: 100 }, maxMs: 99 });
  expect(found.p50Ms).toBe(50);
  expect(analyseLatency([])).toMatchObject({ count: 0, errorRatio: 0, p50Ms: undefined });
});

test('a recording is usable only when the agent was on time', () => {
  const made = (latenessMs: number) =>
    syntheticRecording({
      seconds: 10,
      treat: (_elapsed, i) => ({ latenessMs: i % 20 === 0 ? latenessMs : 0 }),
    });
  expect(analyseLateness(made(1).observations, 5)).toMatchObject({ usable: true, p99Ms: 1, reason: '' });
  expect(analyseLateness(made(40).observations, 5)).toMatchObject({ usable: false, p99Ms: 40 });
  expect(analyseLateness([], 5).usable).toBe(false);
  const withFault = made(0).observations.map((each, i) => (i === 3 ? { ...each, agentFault: true } : each));
  expect(analyseLateness(withFault, 5).reason).toContain('could not send 1 of its calls');
});

test('calls that the agent could not send count neither as good nor as failed', () => {
  const { observations } = syntheticRecording({ seconds: 1, treat: () => ({ outcome: 'refused' }) });
  const faults = observations.map((each) => ({ ...each, agentFault: true }));
  expect(analyseLatency(faults)).toMatchObject({ count: 0, errorRatio: 0 });
});

test('a timeline has every bin, empty ones too, and says who answered', () => {
  const base = syntheticRecording({
    seconds: 4,
    ratePerSecond: 50,
    treat: (elapsed, i) => (elapsed < 1000 ? { outcome: 'tls' } : { cluster: i % 5 === 0 ? 'east' : 'west' }),
  });
  const holed = {
    ...base,
    observations: base.observations.filter(({ sequence }) => sequence < 50 || sequence >= 100),
  };
  const bins = timeline([holed], { binMs: 500 });
  expect(bins).toHaveLength(8);
  expect(bins[0]).toMatchObject({ ratePerSecond: 50, ok: 0, failed: { tls: 25 }, p50Ms: undefined });
  expect(bins[2]).toMatchObject({ count: 0, ok: 0 });
  expect(bins[5]).toMatchObject({ ok: 25, p50Ms: 3, answeredBy: { east: 5, west: 20 } });
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(holed.observations.length);
  expect(timeline([holed], { binMs: 500, label: ({ zone }) => zone })[5]?.answeredBy).toHaveProperty(
    placeIn('east').zone,
  );
});

test('sample sizes keep their promise in a simulation', () => {
  expect(callsToSeeEveryPlace({ places: 2, share: 0.5 })).toBe(11);
  expect(callsToSeeEveryPlace({ places: 1, share: 1 })).toBe(1);
  expect(callsToSeeEveryPlace({ places: 2, share: 0 })).toBe(Number.POSITIVE_INFINITY);
  expect(errorFreeCallsFor({ ratio: 0.01 })).toBe(299);
  const random = generator(7);
  const n = callsToSeeEveryPlace({ places: 4, share: 0.2, missProbability: 0.05 });
  let missed = 0;
  for (let round = 0; round < 4000; round++) {
    const seen = new Set(Array.from({ length: n }, () => Math.floor(random() * 5)));
    if ([0, 1, 2, 3].some((place) => !seen.has(place))) missed++;
  }
  expect(missed / 4000).toBeLessThanOrEqual(0.05);
  expect(missed / 4000).toBeGreaterThan(0.02);
});

const resilience: ResilienceSettings = {
  tryTimeoutMs: 500,
  connectTimeoutMs: 1000,
  retries: 2,
  outlierDetection: {
    consecutiveErrors: 5,
    intervalMs: 1000,
    baseEjectionMs: 30_000,
    maxEjectionPercent: 100,
  },
  localityFailover: false,
};

test('predicts from live timers, and names the one that dominates', () => {
  const situation = { resilience, ratePerSecond: 100, endpoints: 2, lostEndpoints: 1 };
  expect(predictFailover(situation)).toMatchObject({ expectedMs: 600, dominatedBy: 'try-timeout' });
  expect(predictFailover({ ...situation, ratePerSecond: 5 })).toMatchObject({
    expectedMs: 2500,
    dominatedBy: 'error-count',
  });
  expect(predictFailover({ ...situation, silent: false })).toMatchObject({ expectedMs: 100 });
  const timid = {
    ...resilience,
    outlierDetection: { ...resilience.outlierDetection, maxEjectionPercent: 10 },
  };
  const two = { ...situation, resilience: timid, endpoints: 4, lostEndpoints: 2 };
  expect(predictFailover(two)).toMatchObject({ expectedMs: Number.POSITIVE_INFINITY, dominatedBy: 'never' });
  expect(predictFailover({ ...two, endpointRemovalMs: 40_000 })).toMatchObject({
    expectedMs: 40_000,
    dominatedBy: 'endpoint-removal',
  });
});

test('a prediction knows its latest time: chance, a proxy that holds back from silent hosts, and who is called least', () => {
  const situation = { resilience, ratePerSecond: 100, endpoints: 2, lostEndpoints: 1 };
  // Five calls to one host of fifty a second: in one case of a thousand they take as long as 14.8 calls do on average.
  expect(predictFailover({ ...situation, silent: false }).latestMs).toBeCloseTo(296, -1);
  expect(predictFailover(situation).latestMs).toBeCloseTo(1000 + 3 * 296, -2);
  // Two hosts are twice the chance to be late.
  const two = { ...situation, endpoints: 4, lostEndpoints: 2, silent: false };
  expect(predictFailover(two).latestMs).toBeGreaterThan(2 * 296);
  expect(predictFailover({ ...situation, leastShare: 0.1 })).toMatchObject({
    expectedMs: 1000,
    errorCountMs: 500,
  });
});

test('the control plane may end it sooner, and nobody does where no endpoint is left', () => {
  const never = {
    ...resilience,
    outlierDetection: { ...resilience.outlierDetection, consecutiveErrors: Infinity },
  };
  const situation = { resilience: never, ratePerSecond: 100, endpoints: 3, lostEndpoints: 1 };
  expect(predictFailover(situation)).toMatchObject({ expectedMs: Infinity, latestMs: Infinity });
  const removed = predictFailover({
    ...situation,
    endpointRemovalMs: 50_000,
    endpointRemovalLatestMs: 65_000,
  });
  expect(removed).toMatchObject({ expectedMs: 50_000, latestMs: 65_000, dominatedBy: 'endpoint-removal' });
  const all = predictFailover({ ...situation, lostEndpoints: 3, endpointRemovalMs: 50_000 });
  expect(all).toMatchObject({ expectedMs: Infinity, dominatedBy: 'never' });
  expect(predictFailover({ ...situation, lostEndpoints: 0 })).toMatchObject({ expectedMs: 0, latestMs: 0 });
});

/** Marsaglia's xorshift32: the same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
