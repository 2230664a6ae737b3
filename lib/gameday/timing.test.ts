import { expect, test } from '@playwright/test';
import type { NodeClock } from '../model/invariants.ts';
import { sampleRecording, sampleScenario } from './sample.ts';
import { judgeTiming, pairClocks, timingOf } from './timing.ts';

const scenario = sampleScenario();
const timing = (recording: ReturnType<typeof sampleRecording>) =>
  timingOf(scenario, new Map([['shop', recording]]))[0];
const clock = (node: string, offsetMs: number): NodeClock => ({
  cluster: 'east',
  node,
  offsetMs,
  uncertaintyMs: 2,
});

test('times are known to the interval, the lateness and the clock together', () => {
  const late = sampleRecording((_ms, sequence) => ({ latenessMs: sequence % 2 === 0 ? 0 : 10 }));
  expect(timing(late)).toMatchObject({
    intervalMs: 20,
    latenessP99Ms: 10,
    // Half of the p99 that counts as steady.
    latenessLimitMs: 100,
    clockUncertaintyMs: 1,
    resolutionMs: 31,
    doubt: undefined,
  });
});

test('an agent that was too late, or did not send at all, makes its recording worthless', () => {
  const late = sampleRecording((ms) => ({ latenessMs: ms > 30_000 ? 500 : 0 }));
  expect(timing(late)?.doubt).toBe('shop: the agent was late: p99 500.0 ms, limit 100 ms');
  const { observations, ...rest } = sampleRecording(() => ({}));
  const unsent = (share: number) => ({
    ...rest,
    observations: observations.map((one, index) =>
      index < share * observations.length ? { ...one, agentFault: true } : one,
    ),
  });
  expect(timing(unsent(0.02))?.doubt).toBe('shop: 40 calls of 2000 could not be made');
  expect(timing(unsent(0.005))?.doubt).toBeUndefined();
  const few = { ...rest, observations: unsent(0.02).observations.slice(38, 78) };
  expect(timing(few)).toMatchObject({ unsent: 2, doubt: undefined });
});

test('clocks are shown by node, from the beginning and from the end; one that moved makes times unknown', () => {
  const clocks = pairClocks([clock('a', 0), clock('b', 1)], [clock('a', 0.5), clock('c', 3)]);
  expect(clocks.map(({ node, before, after }) => [node, before?.offsetMs, after?.offsetMs])).toEqual([
    ['a', 0, 0.5],
    ['b', 1, undefined],
    ['c', undefined, 3],
  ]);
  expect(judgeTiming(clocks, 100)).toEqual({ findings: [], doubts: [] });
  const moved = judgeTiming(
    pairClocks([clock('a', 0), clock('b', 0)], [clock('a', 0), clock('b', 2000)]),
    100,
  );
  expect(moved.doubts.join()).toMatch(/^the clock of east b moved by 2 s meanwhile/);
  expect(moved.findings.join()).toMatch(/east b is at least 1996 ms ahead of east a/);
});

test('a clock that is always wrong is somebody’s to look into: it is taken out of every time', () => {
  const both = [clock('a', 0), clock('b', 500)];
  const { findings, doubts } = judgeTiming(pairClocks(both, both), 100);
  expect([findings.length, doubts]).toEqual([1, []]);
});
