import { expect, test } from '@playwright/test';
import { seededRandom } from '../run/shuffle.ts';
import type { TrafficEvidence, TrafficPhase } from '../model/gate.ts';
import { renewalLosses } from './renewals.ts';
import { sampleDropped } from './sample.ts';

interface Counts {
  gateway: number[];
  workload: number[];
}

/** Evidence with so many lost calls for each pod that ended. */
function evidence(up: Counts, back: Counts): TrafficEvidence {
  const pods = (phase: TrafficPhase, counts: Counts) =>
    (['gateway', 'workload'] as const).flatMap((role) =>
      counts[role].map((count, n) => ({ pod: `east/${role}-${phase}-${n}`, role, count })),
    );
  const ways = [
    ['upgrade', pods('upgrade', up)],
    ['rollback', pods('rollback', back)],
  ] as const;
  return {
    phases: ways.map(([phase, ended]) => ({
      phase,
      calls: 10_000,
      ended: ended.map(({ pod, role }) => ({ pod, role })),
    })),
    dropped: ways.flatMap(([phase, ended]) =>
      ended.flatMap(({ pod, count }) =>
        Array.from({ length: count }, () =>
          sampleDropped({ phase, cause: { by: 'mesh', renewal: pod, words: '' } }),
        ),
      ),
    ),
  };
}
const pOf = (up: Counts, back: Counts) => renewalLosses(evidence(up, back)).pValue;
const none = [0, 0, 0, 0];

test('gateways that lose three times as many calls are told apart, and so are services that lose any', () => {
  const now = { gateway: [6, 8, 5, 6], workload: none };
  expect(pOf(now, { gateway: [20, 17, 24, 18], workload: none })).toBeLessThan(0.01);
  expect(pOf(now, { gateway: [6, 7, 6, 5], workload: [9, 14, 11, 8] })).toBeLessThan(0.01);
  expect(pOf(now, { gateway: [7, 9, 4, 8], workload: none })).toBeGreaterThan(0.1);
  expect(pOf(now, { gateway: none, workload: none }), 'fewer').toBe(1);
});

test('losses that come with one end alone are no evidence, however many: they are not independent', () => {
  const now = { gateway: [6, 8, 5, 6], workload: none };
  expect(pOf(now, { gateway: [0, 51, 0, 0], workload: none })).toBeGreaterThan(0.1);
});

test('with fewer than two ends nothing is told', () => {
  const one = { gateway: [3], workload: [] };
  expect(pOf(one, { gateway: [9], workload: [] })).toBeUndefined();
  expect(renewalLosses(evidence(one, one)).words).toBe(
    'renewals lost 3 (0.03 %) where what runs now ended, 3 (0.03 %) where the candidate did',
  );
});

test('an identical candidate is blamed in 1 of 100 gates at most, also where losses come in bursts', () => {
  const random = seededRandom(7);
  // As many as the connections that happen to be there: none or a handful, or several times as many where short calls are caught.
  const burst = () => Math.floor(random() * 12) * (random() < 0.2 ? 3 : 1);
  const gates = 4000;
  let blamed = 0;
  for (let gate = 0; gate < gates; gate++) {
    const counts = () => ({
      gateway: none.map(burst),
      workload: none.map(() => (random() < 0.1 ? burst() : 0)),
    });
    if ((pOf(counts(), counts()) ?? 1) <= 0.01) blamed++;
  }
  expect(blamed / gates).toBeLessThan(0.012);
});
