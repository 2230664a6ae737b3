import { expect, test } from '@playwright/test';
import { measureFailover } from './failover-measured.ts';
import { syntheticRecording } from './synthetic.ts';

const START = 1_000_000;
const at = (seconds: number) => START + seconds * 1000;

/** Calls fail between these seconds; the fault holds from second 10 to 30. */
function measured(...spans: [number, number][]) {
  const recording = syntheticRecording({
    seconds: 60,
    ratePerSecond: 50,
    startAt: START,
    treat: (ms) =>
      spans.some(([from, to]) => ms >= from * 1000 && ms < to * 1000) ? { outcome: 'reset' } : {},
  });
  return measureFailover(recording, { from: at(10), to: at(30), windowMs: 3000, errorRatio: 0.01 });
}

test('calls come back when a whole window of them is answered again', () => {
  const { failed, steadyMs, relapseMs } = measured([10, 12]);
  expect(failed).toBe(100);
  expect(steadyMs).toBeGreaterThan(1900);
  expect(steadyMs).toBeLessThan(2050);
  expect(relapseMs).toBeUndefined();
});

test('what fails after the revert is not the price of the fault', () => {
  expect(measured([31, 40])).toEqual({ failed: 0, steadyMs: 0, relapseMs: undefined });
});

test('what lasts until the revert never came back, also where it does so at once afterwards', () => {
  expect(measured([10, 29.5]).steadyMs).toBeUndefined();
});

test('a window that fails after one that did not is a relapse', () => {
  const { steadyMs, relapseMs } = measured([10, 11], [20, 21]);
  expect(steadyMs).toBeLessThan(1100);
  // The first window with more than one failed call in a hundred ends just after them.
  expect(relapseMs).toBeGreaterThan(7000);
  expect(relapseMs).toBeLessThan(7200);
});
