import { expect, test } from '@playwright/test';
import { analyseLateness } from './lateness.ts';
import { analyseFailover } from './outage.ts';
import { syntheticRecording } from './synthetic.ts';
import { timeline } from './timeline.ts';

const START = 1_000_000;
const FAULT_MS = 1_000_000;
const GAP_MS = 12_000;

test('a recording of an hour is read in ten seconds', () => {
  const recording = syntheticRecording({
    seconds: 3600,
    ratePerSecond: 200,
    startAt: START,
    treat: (ms) =>
      ms > FAULT_MS && ms < FAULT_MS + GAP_MS
        ? { outcome: 'deadline', latencyMs: 500 }
        : { cluster: ms < FAULT_MS ? 'east' : 'west', latencyMs: 3 + (ms % 7) },
  });
  const from = Date.now();
  const findings = analyseFailover(recording, {
    faultAt: START + FAULT_MS,
    revertedAt: START + 2 * FAULT_MS,
    surviving: ({ cluster }) => cluster === 'west',
    lost: ({ cluster }) => cluster === 'east',
    steadyWindowMs: 5000,
  });
  const bins = timeline([recording], { binMs: 1000 });
  analyseLateness(recording.observations, 20);
  const tookMs = Date.now() - from;
  test.info().annotations.push({ type: 'analysis', description: `${tookMs} ms for 720,000 calls` });
  expect(findings.longestGapMs).toBe(GAP_MS);
  expect(bins).toHaveLength(3600);
  expect(tookMs).toBeLessThan(10_000);
});
