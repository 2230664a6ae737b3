import { expect, test } from '@playwright/test';
import { settledAfterMs } from './settling.ts';

const looks = (states: string) =>
  states.split('').map((state, index) => ({ at: 1000 + index * 50, changed: state === 'n' }));

test('a change has settled at the first look from which on all saw it', () => {
  expect(settledAfterMs(looks('ooonnn'), { changedAt: 1000, steady: 3 })).toBe(150);
  expect(settledAfterMs(looks('onoonnnn'), { changedAt: 1000, steady: 3 })).toBe(200);
  expect(settledAfterMs(looks('nnn'), { changedAt: 1020, steady: 3 })).toBe(0);
});

test('it has not settled while too few looks in a row saw it, or the last one did not', () => {
  expect(settledAfterMs(looks('ooonn'), { changedAt: 1000, steady: 3 })).toBeUndefined();
  expect(settledAfterMs(looks('nnnno'), { changedAt: 1000, steady: 3 })).toBeUndefined();
  expect(settledAfterMs([], { changedAt: 1000, steady: 1 })).toBeUndefined();
});
