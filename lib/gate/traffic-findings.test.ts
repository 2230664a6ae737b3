import { expect, test } from '@playwright/test';
import type { DroppedCall, TrafficPhase } from '../model/gate.ts';
import { sampleDropped } from './sample.ts';
import { trafficFindings } from './traffic-findings.ts';

const phases = (['upgrade', 'rollback'] as const).map((phase) => ({ phase, calls: 15_000 }));
const drained = (phase: TrafficPhase, count: number): DroppedCall[] =>
  Array.from({ length: count }, () =>
    sampleDropped({ phase, cause: { by: 'mesh', renewal: true, words: 'the gateway did not drain' } }),
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
  expect(weights([...drained('upgrade', 6), ...drained('rollback', 22)])).toEqual(['note', 'against']);
  expect(weights(drained('rollback', 7))).toEqual(['against']);
  expect(weights(drained('upgrade', 40))).toEqual(['note', 'for']);
});

test('identical candidates lose the same by chance, and are blamed in 1 of 100 gates at most', () => {
  let blamed = 0;
  for (let up = 0; up <= 20; up++)
    for (let back = 0; back <= 20; back++)
      if (weights([...drained('upgrade', up), ...drained('rollback', back)]).includes('against'))
        blamed += poisson(up, 6) * poisson(back, 6);
  expect(blamed).toBeLessThan(0.01);
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

function poisson(count: number, mean: number): number {
  let p = Math.exp(-mean);
  for (let k = 1; k <= count; k++) p *= mean / k;
  return p;
}
