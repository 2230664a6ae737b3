import { expect, test } from '@playwright/test';
import { analyseDnsOutage, judgeDnsLatency, judgeRestart } from './dns-outage.ts';
import { syntheticRecording } from './synthetic.ts';

const budget = { errorSeconds: 1, longestGapMs: 1000 };

test('a restart that nobody notices costs nothing', () => {
  const outage = analyseDnsOutage(syntheticRecording({ seconds: 10, treat: () => ({}) }), 1_002_000);
  expect(outage).toMatchObject({ failed: {}, errorSeconds: 0, longestGapMs: 10 });
  expect(judgeRestart(outage, budget)).toEqual({ broken: [], doubts: [] });
});

test('all resolvers gone at once shows as a gap and as error-seconds, by class', () => {
  const recording = syntheticRecording({
    seconds: 10,
    treat: (at) => (at >= 3000 && at < 6000 ? { outcome: at < 4000 ? 'refused' : 'dns-timeout' } : {}),
  });
  const outage = analyseDnsOutage(recording, 1_002_000);
  expect(outage).toMatchObject({
    failed: { refused: 100, 'dns-timeout': 200 },
    errorSeconds: 3,
    longestGapMs: 3010,
  });
  expect(judgeRestart(outage, budget).broken).toEqual([
    '3.00 error-seconds (100 × refused, 200 × dns-timeout), budget 1',
    'no answer for 3010 ms, budget 1000 ms',
  ]);
});

test('a caller that was late itself casts doubt on a gap, and on what failed, and clears neither', () => {
  const outage = { lookups: 500, failed: { deadline: 90 }, errorSeconds: 1.8, longestGapMs: 1300 };
  expect(judgeRestart({ ...outage, latenessMs: 100 }, budget)).toMatchObject({ doubts: [] });
  const late = judgeRestart({ ...outage, latenessMs: 600 }, budget);
  expect(late.broken).toEqual([]);
  expect(late.doubts.join()).toMatch(/1\.80 error-seconds .*late.*no answer for 1300 ms.*600 ms late/);
  const near = { ...outage, failed: {}, errorSeconds: 0, longestGapMs: 700, latenessMs: 400 };
  expect(judgeRestart(near, budget)).toMatchObject({
    broken: [],
    doubts: [expect.stringContaining('no answer for 700 ms')],
  });
});

test('what failed before the restart is not its cost', () => {
  const recording = syntheticRecording({
    seconds: 5,
    treat: (at) => (at < 500 ? { outcome: 'dns-timeout' } : {}),
  });
  expect(analyseDnsOutage(recording, 1_002_000).errorSeconds).toBe(0);
});

test('slow lookups fail, unless the machine was too busy to tell; failing ones always do', () => {
  const limits = { p99LimitMs: 100, latenessMs: 2 };
  const slow = syntheticRecording({ seconds: 10, treat: (_, n) => ({ latencyMs: n % 50 === 0 ? 400 : 2 }) });
  const quick = syntheticRecording({ seconds: 10, treat: () => ({ latencyMs: 2 }) });
  const deaf = syntheticRecording({
    seconds: 10,
    treat: (_, n) => (n % 100 === 0 ? { outcome: 'dns-timeout' } : {}),
  });
  expect(judgeDnsLatency(quick, limits)).toMatchObject({ verdict: 'passed', p99Ms: 2 });
  expect(judgeDnsLatency(slow, limits).verdict).toBe('failed');
  expect(judgeDnsLatency(slow, { ...limits, latenessMs: 40 }).verdict).toBe('inconclusive');
  expect(judgeDnsLatency(quick, { ...limits, latenessMs: 40 }).verdict).toBe('passed');
  expect(judgeDnsLatency(deaf, { ...limits, latenessMs: 40 })).toMatchObject({
    verdict: 'failed',
    failed: { 'dns-timeout': 10 },
  });
});
