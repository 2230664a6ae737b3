import { expect, test } from '@playwright/test';
import { longestGap, outageWindow } from './gaps.ts';
import { callsOf } from './calls.ts';
import { type FailoverQuestion, analyseFailover } from './outage.ts';
import { type Treatment, syntheticRecording } from './synthetic.ts';

const START = 1_000_000;
/** The fault bites 10 s after the start and is reverted at 30 s; recordings last 40 s. */
const question: FailoverQuestion = {
  faultAt: START + 10_000,
  revertedAt: START + 30_000,
  surviving: ({ cluster }) => cluster === 'west',
  lost: ({ cluster }) => cluster === 'east',
  steadyWindowMs: 3000,
};
const healthy = (sequence: number): Treatment => ({ cluster: sequence % 2 === 0 ? 'east' : 'west' });

/** East is silent from 10 s on; its half of the calls times out until the proxy ejects it at `ejectedMs`. */
function nodeLoss(ejectedMs: number, backMs = 30_200) {
  return syntheticRecording({
    seconds: 40,
    treat: (elapsed, sequence) => {
      const east = sequence % 2 === 0;
      if (elapsed < 10_000 || elapsed >= backMs || !east) return healthy(sequence);
      return elapsed < ejectedMs ? { outcome: 'deadline', latencyMs: 2000 } : { cluster: 'west' };
    },
  });
}

for (const ejectedMs of [10_500, 12_000, 16_000]) {
  test(`reads the phases of a failover that ends at ${ejectedMs} ms`, () => {
    const found = analyseFailover(nodeLoss(ejectedMs), question);
    expect(found.detectMs).toBe(0);
    expect(found.failoverMs).toBe(13);
    // One in a hundred may fail, so the first steady window may begin two failed calls (40 ms) before the last.
    expect(found.steadyMs).toBeGreaterThanOrEqual(ejectedMs - 10_000 - 100);
    expect(found.steadyMs).toBeLessThanOrEqual(ejectedMs - 10_000);
    expect(found.failbackMs).toBe(203);
    expect(found.failedCount).toBe((ejectedMs - 10_000) / 20);
    expect(found.failedCalls).toEqual({ deadline: found.failedCount });
    expect(found.errorSeconds).toBeCloseTo((ejectedMs - 10_000) / 2000, 5);
    expect(found.longestGapMs).toBe(20);
    expect(found.gapOpen).toBe(false);
    expect(found.failedBefore).toBe(0);
    expect(found.relapseMs).toBeUndefined();
    expect(found.lastLostAnswerMs).toBeUndefined();
    expect(found.resolutionMs).toBe(11);
  });
}

test('a full outage shows as one gap', () => {
  const recording = syntheticRecording({
    seconds: 40,
    treat: (elapsed, sequence) =>
      elapsed >= 10_000 && elapsed < 14_000 ? { outcome: 'http-5xx' } : healthy(sequence),
  });
  const found = analyseFailover(recording, question);
  expect(found.longestGapMs).toBe(4010);
  expect(found.failoverMs).toBe(4013);
  expect(found.errorSeconds).toBe(4);
  expect(found.availability).toBeCloseTo(2600 / 3000, 5);
});

test('never recovering leaves every later phase undefined', () => {
  const recording = syntheticRecording({
    seconds: 40,
    treat: (elapsed, sequence) => (elapsed < 10_000 ? healthy(sequence) : { outcome: 'refused' }),
  });
  const found = analyseFailover(recording, question);
  expect(found.detectMs).toBe(0);
  expect(found.failoverMs).toBeUndefined();
  expect(found.steadyMs).toBeUndefined();
  expect(found.failbackMs).toBeUndefined();
  expect(found.gapOpen).toBe(true);
  expect(found.longestGapMs).toBeGreaterThanOrEqual(29_990);
  expect(found.availability).toBe(0);
});

test('a brownout is not steady, although no call fails', () => {
  const recording = syntheticRecording({
    seconds: 40,
    treat: (elapsed, sequence) => ({
      ...healthy(sequence),
      latencyMs: elapsed >= 10_000 && elapsed < 20_000 && sequence % 20 === 0 ? 900 : 3,
    }),
  });
  const found = analyseFailover(recording, question);
  expect(found.firstFailureAt).toBeUndefined();
  expect(found.detectMs).toBeUndefined();
  expect(found.failoverMs).toBeUndefined();
  // Three slow calls of a window's 300 are within a p99; the last three came in the last 800 ms.
  expect(found.steadyMs).toBeGreaterThanOrEqual(9000);
  expect(found.steadyMs).toBeLessThanOrEqual(10_000);
});

test('a fault without effect is told by answers from the place that should be lost', () => {
  const recording = syntheticRecording({ seconds: 40, treat: (_elapsed, sequence) => healthy(sequence) });
  const found = analyseFailover(recording, question);
  expect(found.failedCount).toBe(0);
  expect(found.steadyMs).toBe(0);
  expect(found.lastLostAnswerMs).toBeGreaterThan(19_900);
});

test('errors that come back after a steady window are a relapse', () => {
  const recording = syntheticRecording({
    seconds: 40,
    treat: (elapsed, sequence) => {
      const bad = (elapsed >= 10_000 && elapsed < 11_000) || (elapsed >= 20_000 && elapsed < 21_000);
      return bad ? { outcome: 'reset' } : healthy(sequence);
    },
  });
  const found = analyseFailover(recording, question);
  expect(found.steadyMs).toBeLessThanOrEqual(1000);
  expect(found.relapseMs).toBeGreaterThan(6900);
  expect(found.relapseMs).toBeLessThan(10_000);
});

test('errors before the fault are counted apart and raise the baseline', () => {
  const recording = syntheticRecording({
    seconds: 40,
    treat: (_elapsed, sequence) => (sequence % 50 === 7 ? { outcome: 'reset' } : healthy(sequence)),
  });
  const found = analyseFailover(recording, question);
  expect(found.failedBefore).toBe(20);
  expect(found.steadyMs).toBeLessThan(1000);
});

test("a caller's clock offset changes no phase", () => {
  const plain = analyseFailover(nodeLoss(12_000), question);
  const base = nodeLoss(12_000);
  const shifted = {
    ...base,
    clockOffsetMs: 5000,
    observations: base.observations.map((each) => ({
      ...each,
      intendedAt: each.intendedAt + 5000,
      sentAt: each.sentAt + 5000,
      endedAt: each.endedAt + 5000,
    })),
  };
  expect(analyseFailover(shifted, question)).toEqual(plain);
});

test('gaps and error-seconds are those of the worst of several callers', () => {
  const good = syntheticRecording({ seconds: 40, treat: (_elapsed, sequence) => healthy(sequence) });
  const bad = syntheticRecording({
    seconds: 40,
    treat: (elapsed, sequence) =>
      elapsed >= 10_000 && elapsed < 12_000 ? { outcome: 'connect-timeout' } : healthy(sequence),
  });
  const found = analyseFailover([good, bad], question);
  expect(found.longestGapMs).toBe(2010);
  expect(found.errorSeconds).toBe(2);
  expect(found.failedCount).toBe(200);
});

for (const [rate, from, length] of [
  [100, 5003, 2000],
  [100, 7777, 2000],
  [50, 4001, 1234],
  [500, 3333, 617],
] as const) {
  test(`an outage of ${length} ms from ${from} ms on is measured within two intervals at ${rate} calls a second`, () => {
    const recording = syntheticRecording({
      seconds: 20,
      ratePerSecond: rate,
      treat: (elapsed) =>
        elapsed >= from && elapsed < from + length ? { outcome: 'deadline', latencyMs: 90 } : {},
    });
    const outage = outageWindow(recording);
    expect(Math.abs((outage?.outageMs ?? 0) - length)).toBeLessThanOrEqual(2000 / rate);
  });
}

test('calls that TCP repaired after the drop do not shorten the outage', () => {
  const recording = syntheticRecording({
    seconds: 10,
    treat: (elapsed) => {
      if (elapsed < 4000 || elapsed >= 6000) return {};
      return elapsed < 5200 ? { outcome: 'deadline', latencyMs: 1000 } : { latencyMs: 1000 };
    },
  });
  expect(outageWindow(recording)?.outageMs).toBe(1210);
  expect(outageWindow(recording, { goodWithinMs: 100 })?.outageMs).toBe(2010);
});

test('an outage without an end has no window, but an open gap', () => {
  const recording = syntheticRecording({
    seconds: 10,
    treat: (elapsed) => (elapsed < 4000 ? {} : { outcome: 'refused' }),
  });
  expect(outageWindow(recording)).toBeUndefined();
  expect(longestGap(callsOf([recording]), START)).toEqual({ longestMs: 6000, open: true });
});
