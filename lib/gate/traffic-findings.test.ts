import { expect, test } from '@playwright/test';
import type { DroppedCall, TrafficPhase } from '../model/gate.ts';
import { sampleDropped } from './sample.ts';
import { trafficFindings } from './traffic-findings.ts';

const PODS = 4;
const phases = (['upgrade', 'rollback'] as const).map((phase) => ({
  phase,
  calls: 15_000,
  ended: Array.from({ length: PODS }, (_, n) => ({
    pod: `east/gateway-${phase}-${n}`,
    role: 'gateway' as const,
  })),
}));
/** Calls that renewals lost, about as many with each gateway. */
const drained = (phase: TrafficPhase, count: number, words = 'the gateway did not drain'): DroppedCall[] =>
  Array.from({ length: count }, (_, n) =>
    sampleDropped({
      phase,
      cause: { by: 'mesh', renewal: `east/gateway-${phase}-${n % PODS}`, words },
    }),
  );
const weights = (dropped: DroppedCall[], of = phases) =>
  trafficFindings({ phases: of, dropped }).map(({ weight }) => weight);

test('calls that renewals lose on both sides alike are told, and speak for the candidate', () => {
  const findings = trafficFindings({
    phases,
    dropped: [...drained('upgrade', 6), ...drained('rollback', 8)],
  });
  expect(findings.map(({ weight }) => weight)).toEqual(['note', 'note', 'for']);
  expect(findings.at(-1)?.words).toBe(
    'of 30,000 calls 14 were lost, all explained: renewals lost 6 (0.04 %) where what runs now ended, 8 (0.053 %) where the candidate did',
  );
});

test('a candidate that loses more where it ends is worse; what runs now may lose as many as it does', () => {
  expect(weights([...drained('upgrade', 24), ...drained('rollback', 80)])).toEqual(['note', 'against']);
  expect(weights(drained('upgrade', 80))).toEqual(['note', 'for']);
});

test('losses that decide nothing are one finding for each way, with the first of them', () => {
  const [first] = trafficFindings({ phases, dropped: drained('upgrade', 12) });
  expect(first?.words).toMatch(
    /^12 calls were lost during the upgrade by renewals of the mesh, on one path, the first at \S+ UTC \(.*\), .*: the gateway did not drain$/,
  );
});

test('where hardly anything ended, what the way back lost is not told from chance', () => {
  const one = phases.map((phase) => ({ ...phase, ended: phase.ended.slice(0, 1) }));
  expect(weights(drained('rollback', 3), one)).toEqual(['unsettled']);
});

test('a call that nobody can explain, or that the mesh lost while nothing was renewed, is against the candidate', () => {
  for (const by of ['unknown', 'mesh'] as const)
    for (const phase of ['upgrade', 'rollback'] as const)
      expect(weights([sampleDropped({ phase, cause: { by, words: 'no endpoint' } })])).toEqual(['against']);
});

test('what our own workloads lost is told while it is little, and leaves it unsettled when it is more', () => {
  const own = (count: number) =>
    Array.from({ length: count }, () => sampleDropped({ cause: { by: 'harness', words: 'our own server' } }));
  expect(weights(own(15))).toEqual(['note', 'for']);
  expect(weights(own(16))).toEqual(['unsettled']);
});

test('a phase without calls shows nothing', () => {
  expect(weights([], phases.slice(0, 1))).toEqual(['unsettled']);
});
