import { expect, test } from '@playwright/test';
import { formatDuration, parseDuration } from './duration.ts';

test('durations are read in milliseconds', () => {
  expect(['250ms', '1.5s', '2m', '1h'].map(parseDuration)).toEqual([250, 1500, 120_000, 3_600_000]);
  expect(['5', '5 s', 's', '-1s', '1d'].map(parseDuration)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('durations are written in the unit that fits', () => {
  expect([12.4, 1500, 12_340, 150_000].map(formatDuration)).toEqual([
    '12 ms',
    '1.5 s',
    '12.3 s',
    '2 min 30 s',
  ]);
});
