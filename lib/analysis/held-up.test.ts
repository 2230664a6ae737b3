import { expect, test } from '@playwright/test';
import type { FailoverBudget } from '../model/environment.ts';
import { judgeWithDoubt } from './held-up.ts';
import { judgeFailover } from './judge-failover.ts';
import { analyseFailover } from './outage.ts';
import { type SyntheticPlan, syntheticRecording } from './synthetic.ts';

const budget: FailoverBudget = {
  detectMs: 1000,
  failoverMs: 2000,
  steadyMs: 5000,
  failbackMs: 9000,
  longestGapMs: 800,
  errorSeconds: 2,
};
const START = 1_000_000;

/** East is lost from 5 s to 20 s; nothing is answered between two moments of that. */
const lost = (from: number, to: number, heldUp: (ms: number) => boolean): SyntheticPlan['treat'] => {
  return (ms, sequence) => {
    if (ms > 5000 && ms < 5200) return { outcome: 'http-5xx' };
    if (ms >= from && ms < to) return { outcome: 'deadline', latencyMs: 500, heldUp: heldUp(ms) };
    return { cluster: sequence % 2 === 0 && (ms < 5000 || ms > 21_000) ? 'east' : 'west' };
  };
};

function judged(treat: SyntheticPlan['treat']) {
  const recording = syntheticRecording({ seconds: 30, startAt: START, treat });
  const question = {
    faultAt: START + 5000,
    revertedAt: START + 20_000,
    lost: ({ cluster }: { cluster: string }) => cluster === 'east',
    surviving: ({ cluster }: { cluster: string }) => cluster !== 'east',
    steadyWindowMs: 1000,
  };
  return judgeWithDoubt(recording, (one) => judgeFailover(analyseFailover(one, question), budget));
}

test('what failed only while the processors were taken away carries no verdict', () => {
  const { broken, inconclusive } = judged(lost(12_000, 16_000, () => true));
  expect(broken).toEqual([]);
  expect(inconclusive).toMatch(/longest gap .*error-seconds.*but 400 calls were under way while the host/);
});

test('what fails at other times too is broken by the mesh', () => {
  expect(judged(lost(12_000, 16_000, (ms) => ms < 13_000)).broken.join()).toContain('longest gap');
  expect(judged(lost(12_000, 16_000, () => false)).broken.join()).toContain('longest gap');
});

test('a failover within its budget stays so, held up or not', () => {
  expect(judged(lost(12_000, 12_500, () => true))).toEqual({ broken: [], inconclusive: undefined });
});
