import { expect, test } from '@playwright/test';
import { doubtOf } from './load-doubt.ts';

const budget = { p50Ms: 20, p95Ms: 100, p99Ms: 300, errorRatio: 0.001 };
const quick = { p50Ms: 3, p95Ms: 20, p99Ms: 40, errorRatio: 0, count: 1200, dropped: 0 };
const onTime = { p99Ms: 2, maxMs: 10 };
const doubt = (load: object, lateness = onTime) =>
  doubtOf({ ...quick, ...load }, budget, { asked: 1200, lateness });

test('a load that was not what was asked for says nothing, not even when it was quick', () => {
  expect(doubt({ dropped: 1 })).toContain('dropped 1');
  expect(doubt({ count: 1187 })).toContain('1187 of 1200');
  expect(doubt({ count: 1188 })).toBeUndefined();
});

test('a slow mesh is in doubt only when an idle agent was held up: all the time, or once for as long as it was over', () => {
  expect(doubt({ p99Ms: 400 })).toBeUndefined();
  expect(doubt({ p99Ms: 400 }, { p99Ms: 31, maxMs: 40 })).toContain('31 ms late');
  expect(doubt({ p99Ms: 400 }, { p99Ms: 2, maxMs: 100 })).toContain('at worst 100 ms');
  expect(doubt({ p99Ms: 400 }, { p99Ms: 2, maxMs: 99 })).toBeUndefined();
  expect(doubt({ p99Ms: 400, p50Ms: 130 }, { p99Ms: 2, maxMs: 100 })).toBeUndefined();
});

test('a pass stands on a busy machine, and lateness explains no error', () => {
  expect(doubt({}, { p99Ms: 500, maxMs: 900 })).toBeUndefined();
  expect(doubt({ errorRatio: 0.01, p99Ms: 400 }, { p99Ms: 500, maxMs: 900 })).toBeUndefined();
});
