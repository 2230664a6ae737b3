import { expect, test } from '@playwright/test';
import { breachesOf } from './load-budget.ts';
import { doubtOf } from './load-doubt.ts';
import { sampleLoad } from './sample-load.ts';

const limits = { p50Ms: 20, p95Ms: 100, p99Ms: 300, errorRatio: 0.001 };
const onTime = { p99Ms: 2, maxMs: 10 };
function doubt(changes: object, lateness = onTime): string | undefined {
  const load = { ...sampleLoad, sent: 1200, dropped: 0, ...changes };
  return doubtOf(load, breachesOf(load, limits), { asked: 1200, limits, lateness });
}

test('a load that was not what was asked for says nothing, not even when it was quick', () => {
  expect(doubt({ dropped: 1 })).toContain('dropped 1');
  expect(doubt({ sent: 1187 })).toContain('1187 of 1200');
  expect(doubt({ sent: 1188 })).toBeUndefined();
});

test('a slow mesh is in doubt only when an idle agent was held up: all the time, or once for as long as it was over', () => {
  expect(doubt({ p99Ms: 400 })).toBeUndefined();
  expect(doubt({ p99Ms: 400 }, { p99Ms: 31, maxMs: 40 })).toContain('31 ms late');
  expect(doubt({ p99Ms: 400 }, { p99Ms: 2, maxMs: 100 })).toContain('at worst 100 ms');
  expect(doubt({ p99Ms: 400 }, { p99Ms: 2, maxMs: 99 })).toBeUndefined();
  expect(doubt({ p99Ms: 400, p50Ms: 130 }, { p99Ms: 2, maxMs: 100 })).toBeUndefined();
  // The median of a slow mesh is no affair of the tail of an idle agent.
  expect(doubt({ p50Ms: 90 }, { p99Ms: 20, maxMs: 40 })).toBeUndefined();
});

test('a pass stands on a busy machine, and lateness explains no error', () => {
  expect(doubt({}, { p99Ms: 500, maxMs: 900 })).toBeUndefined();
  expect(doubt({ errorRatio: 0.01, p99Ms: 400 }, { p99Ms: 500, maxMs: 900 })).toBeUndefined();
});
