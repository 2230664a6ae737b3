import { V1MicroTime, type V1Lease } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { formatHolder, parseHolder, whyOccupied } from './lease.ts';

const holder = { host: 'ci-1', pid: 42, started: '1234', run: 'run-7' };
const now = Date.UTC(2026, 10, 21, 6, 0, 0);

function lease(renewedSecondsAgo: number): V1Lease {
  const renewTime = new V1MicroTime(now - renewedSecondsAgo * 1000);
  return { spec: { holderIdentity: formatHolder(holder), leaseDurationSeconds: 30, renewTime } };
}

test('a living holder is respected, and named', () => {
  expect(whyOccupied(lease(5), now, () => true)).toBe(
    'run run-7 (process 42 on ci-1) holds it for 25 s more unless renewed',
  );
});

test('a holder whose process is gone is taken over at once; one elsewhere only by time', () => {
  expect(whyOccupied(lease(5), now, () => false)).toBeUndefined();
  expect(whyOccupied(lease(5), now, () => undefined)).toContain('run-7');
  expect(whyOccupied(lease(31), now, () => undefined)).toBeUndefined();
});

test('a lease that nobody holds is free', () => {
  expect(whyOccupied({ spec: {} }, now, () => true)).toBeUndefined();
});

test('a holder reads back as it was written', () => {
  expect(parseHolder(formatHolder(holder))).toEqual(holder);
  expect(parseHolder('somebody else')).toBeUndefined();
});
