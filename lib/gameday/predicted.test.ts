import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { SyntheticPlan } from '../analysis/synthetic.ts';
import { planFault } from '../fault/plan.ts';
import type { FaultRecord } from './faults.ts';
import { comparePredictions } from './predicted.ts';
import { sampleFault, sampleRecording, sampleScenario, sampleSurroundings } from './sample.ts';

const lab = fakeLab();
const KILL = { kind: 'node-kill', cluster: 'east', node: 'east-worker' } as const;
const killed = (changes: Partial<FaultRecord> = {}) =>
  sampleFault(10, 30, {
    plan: planFault(KILL, lab, { run: 'run-1', lastsMs: 1000 }),
    around: { shop: sampleSurroundings() },
    ...changes,
  });
const fails =
  (...spans: [number, number][]): SyntheticPlan['treat'] =>
  (ms) =>
    spans.some(([from, to]) => ms >= from * 1000 && ms < to * 1000) ? { outcome: 'deadline' } : {};

function compared(treat: SyntheticPlan['treat'], faults: FaultRecord[] = [killed()]) {
  const recordings = new Map([['shop', sampleRecording(treat)]]);
  const all = comparePredictions({ ...sampleScenario(), faults, recordings, lab, gateways: undefined });
  const [first] = all;
  if (!first) throw new Error('nothing was compared');
  return first;
}

test('a failover within what the timers let expect is explained, with the timer that decides', () => {
  const { expectedMs, latestMs, dominatedBy, predicted, measured, unexplained } = compared(fails([10, 11.4]));
  // 5 errors at a quarter of 50 calls a second, after a try of 1 s.
  expect(expectedMs).toBeCloseTo(1400);
  expect(latestMs).toBeLessThan(6000);
  expect(dominatedBy).toBe('time limit of a try (1 s)');
  expect(predicted).toMatch(/^1\.4 s, .* at the latest: 2 of 3 endpoints are lost$/);
  // A window may have one failed call in a hundred.
  expect(measured).toMatch(/^1\.38 s; 70 calls failed$/);
  expect(unexplained).toBeUndefined();
});

test('one that takes longer than the timers explain is a finding', () => {
  expect(compared(fails([10, 19])).unexplained).toMatch(
    /^link: calls came back after 8.98 s; the timers explain/,
  );
});

test('one that ends with the fault only is a finding, where the timers would have ended it long before', () => {
  const { unexplained, measured } = compared(fails([10, 30]));
  expect(measured).toBe('not over before the revert; 1000 calls failed');
  expect(unexplained).toMatch(/did not come back in the 20 s that it held/);
  // A fault that was shorter than the timers is none.
  const short = killed({ revertedAt: sampleFault(10, 12).revertedAt });
  expect(compared(fails([10, 12]), [short]).unexplained).toBeUndefined();
});

test('a relapse is explained by what is tried again, and not before that', () => {
  expect(compared(fails([10, 11], [21, 22])).unexplained).toBeUndefined();
  expect(compared(fails([10, 11], [16, 17])).unexplained).toMatch(
    /failed again after .* not tried again before 10 s/,
  );
});

test('what takes no endpoint away should cost nothing: what it costs is a finding', () => {
  const spec = { kind: 'workload-outage', cluster: 'east', program: 'istiod' } as const;
  const outage = killed({ plan: planFault(spec, lab, { run: 'run-1', lastsMs: 1000 }) });
  const still = compared(() => ({}), [outage]);
  expect(still).toMatchObject({
    expectedMs: 0,
    dominatedBy: 'nothing is lost',
    measured: 'no call failed while it held',
  });
  expect(still.unexplained).toBeUndefined();
  expect(compared(fails([10, 12]), [outage]).unexplained).toMatch(
    /came back after 1.98 s; the timers explain 0 ms/,
  );
});

test('no prediction is made up where timers were not read, or two faults hold at once', () => {
  const none = (faults: FaultRecord[]) => compared(fails([10, 19]), faults);
  const unread = none([killed({ around: { shop: { unread: 'no answer' } } })]);
  expect(unread).toMatchObject({ expectedMs: undefined, unexplained: undefined });
  expect(unread.predicted).toBe('no prediction: the timers could not be read: no answer');
  const both = none([
    { ...killed(), injectedAt: sampleFault(12, 30).injectedAt },
    sampleFault(10, 30, { name: 'first' }),
  ]);
  expect(both.predicted).toMatch(/^no prediction: first held already/);
});
