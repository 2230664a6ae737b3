import { expect, test } from '@playwright/test';
import { findingsOf, isInDoubt, type Moments, neverStopped, promisesOf } from './judge.ts';
import { SAMPLE, sampleRecording, sampleScenario, START } from './sample.ts';
import type { SyntheticPlan } from '../analysis/synthetic.ts';

const scenario = sampleScenario();
const [probe] = scenario.probes;
const at = (seconds: number) => START + seconds * 1000;
const moments = { faultsAt: [at(10)], revertedAt: at(20) };
/** Calls fail between these seconds. */
const fails =
  (...spans: [number, number][]): SyntheticPlan['treat'] =>
  (ms) =>
    spans.some(([from, to]) => ms >= from * 1000 && ms < to * 1000) ? { outcome: 'http-5xx' } : {};

function judged(treat: SyntheticPlan['treat'], when: Moments = moments) {
  if (!probe) throw new Error('no probe');
  const found = findingsOf(probe, sampleRecording(treat), when);
  const broken = promisesOf(scenario, [found]).flatMap(({ held, promise }) => (held ? [] : [promise]));
  return { found, broken };
}

test('a short failure, over while the fault holds, keeps every promise', () => {
  const { found, broken } = judged(fails([10, 11.5]));
  expect(broken).toEqual([]);
  expect(found).toMatchObject({ failed: 75, recoveredUnderFault: true, outcomes: { 'http-5xx': 75 } });
  expect(found.recoveryMs).toBeGreaterThan(1400);
  expect(found.recoveryMs).toBeLessThan(1600);
  expect(found.errorSeconds).toBeCloseTo(1.5);
});

test('a service that is down until the fault is gone recovered too late, and not by itself', () => {
  const { found, broken } = judged(fails([10, 20.5]));
  expect(found.recoveredUnderFault).toBe(false);
  expect(broken).toEqual(['recovery time (RTO)', 'longest gap', 'error-seconds', 'lost calls (RPO)']);
});

test('a service that fails again has not recovered before that is over', () => {
  const { found } = judged(fails([10, 10.5], [15, 15.5]));
  expect(found.recoveryMs).toBeGreaterThan(5400);
});

test('each fault has its own recovery; the longest counts', () => {
  const two = { faultsAt: [at(10), at(20)], revertedAt: at(25) };
  expect(judged(fails([10, 11], [20, 22]), two).found.recoveryMs).toBeCloseTo(2000, -2);
  // What the first one did is still there when the second comes.
  expect(judged(fails([10, 22]), two).found.recoveryMs).toBeCloseTo(12_000, -2);
});

test('a service that never answers again never recovered, and is not steady afterwards', () => {
  const { found, broken } = judged(fails([10, 40]));
  expect(found.recoveryMs).toBeUndefined();
  expect(broken).toContain('recovery time (RTO)');
  expect(broken).toContain('steady afterwards');
});

test('slow answers are no outage, but no steady state either', () => {
  const { found, broken } = judged((ms) => (ms > 10_000 ? { latencyMs: 900 } : {}));
  expect(found.recoveryMs).toBe(0);
  expect(broken).toEqual(['steady afterwards']);
});

test('no outage excuses an answer in clear', () => {
  const { broken } = judged((ms) => (ms === 12_000 ? { outcome: 'plaintext' } : {}));
  expect(broken).toEqual(['no answer in clear, of a wrong identity or target, or corrupt']);
});

test('what failed while processors were stolen is in doubt, unless it failed at other times too', () => {
  const held =
    (to: number): SyntheticPlan['treat'] =>
    (ms) =>
      ms >= 10_000 && ms < 16_000 ? { outcome: 'deadline', heldUp: ms < to } : {};
  const inDoubt = (treat: SyntheticPlan['treat']) =>
    isInDoubt(scenario, new Map([['shop', sampleRecording(treat)]]), moments);
  expect(inDoubt(held(16_000))).toBe(true);
  expect(inDoubt(held(11_000))).toBe(false);
});

test('when it was steady again is told from the last fault on, whatever an earlier one cost', () => {
  const { found } = judged(fails([10, 12], [20, 20.5]), { faultsAt: [at(10), at(20)], revertedAt: at(30) });
  expect(found.recoveryMs).toBeCloseTo(2000, -2);
  expect((found.settledAt ?? 0) - START).toBeCloseTo(20_500, -2);
});

/** As {@link judged}, of a probe of changes that must be seen to stop. */
function judgedControl(treat: SyntheticPlan['treat']) {
  const text = SAMPLE.replace('from: west,', 'from: west, plane: control,').replace(
    /during: .* \}\n/,
    'during: { stops: true } }\n',
  );
  const control = sampleScenario(text);
  const [watched] = control.probes;
  if (!watched) throw new Error('no probe');
  const found = findingsOf(watched, sampleRecording(treat), moments);
  return {
    found,
    promises: promisesOf(control, [found]),
    doubts: neverStopped(control.probes, [found]),
  };
}

test('changes that no proxy saw are no lost calls, and no recovery of a service was promised of them', () => {
  const { found, promises } = judgedControl(fails([10, 20]));
  expect(found.failed).toBe(500);
  expect(found.stoppedMs).toBeGreaterThan(9900);
  expect(promises.map(({ promise, held }) => [promise, held])).toEqual([
    ['steady afterwards', true],
    ['lost calls (RPO)', true],
  ]);
  expect(judgedControl(fails([10, 40])).promises[0]?.held).toBe(false);
});

test('what was to stop and did not puts the day in doubt', () => {
  expect(judgedControl(fails([10, 20])).doubts).toEqual([]);
  expect(judgedControl(() => ({})).doubts.join()).toMatch(/^shop was to stop, and did not/);
});

test('rare calls of which none failed cost no time, however late the first one came after the fault', () => {
  if (!probe) throw new Error('no probe');
  const rare = { ...sampleRecording(() => ({})) };
  const observations = rare.observations.filter(({ sequence }) => sequence % 100 === 40);
  expect(findingsOf(probe, { ...rare, observations }, moments).recoveryMs).toBe(0);
});

test('what its preparation costs a small lab is neither the state before a fault nor the price of it', () => {
  const slow: SyntheticPlan['treat'] = (ms) => (ms >= 9000 && ms < 10_000 ? { latencyMs: 900 } : {});
  expect(judged(slow).found.before.p99Ms).toBe(900);
  const prepared = judged(slow, { ...moments, preparedAt: at(9) });
  expect([prepared.found.before.p99Ms, prepared.found.recoveryMs]).toEqual([3, 0]);
});

test('what failed before a steady state was seen is not the state that the hypothesis starts from', () => {
  const early = fails([0, 2]);
  expect(judged(early).found.before.errorRatio).toBeCloseTo(0.2);
  expect(judged(early, { ...moments, steadyFrom: at(2) }).found.before.errorRatio).toBe(0);
  expect(judged(fails([5, 6]), { ...moments, steadyFrom: at(2) }).found.before.errorRatio).toBeCloseTo(1 / 8);
});
