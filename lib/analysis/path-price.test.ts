import { expect, test } from '@playwright/test';
import type { PathTimes } from '../model/call-time.ts';
import type { PriceTable } from '../model/price.ts';
import { pricePaths } from './path-price.ts';

const table: PriceTable = {
  name: 'a table',
  currency: 'USD',
  checked: '2026-11-22',
  charges: {
    zone: { perGB: 0.02, perHour: 0, pieces: 1, source: 'a test' },
    hub: { perGB: 0.01, perHour: 0.05, pieces: 2, source: 'a test' },
  },
  paths: { 'same-node': [], 'same-zone': [], 'cross-zone': ['zone'], 'cross-region': ['hub', 'zone'] },
};

function path(changes: Partial<PathTimes> = {}): PathTimes {
  return {
    path: 'west to east',
    class: 'cross-region',
    calls: 10,
    answered: 10,
    groups: [],
    bytesSent: 300,
    bytesReceived: 700,
    ...changes,
  };
}

test('a month of calls is bytes, with their frames, times the charges of the path', () => {
  const [found] = pricePaths([path()], table, 1000);
  // 300 + 700, two TLS records of 22, four headers of 52 (two segments, two acknowledgements).
  expect(found?.bytesPerCall).toBe(1000 + 44 + 208);
  // 1252 B × 1000/s × 730.5 h.
  expect(found?.gigabytesPerMonth).toBeCloseTo(3292.5, 0);
  expect(found?.charges).toMatchObject([{ name: 'hub' }, { name: 'zone' }]);
  expect(found?.charges[0]?.byHour).toBeCloseTo(73.05);
  expect(found?.total).toBeCloseTo(3292.5 * 0.03 + 73.05, 0);
});

test('a large answer takes more segments and records', () => {
  const [found] = pricePaths([path({ bytesReceived: 100_000 })], table, 1);
  expect(found?.bytesPerCall).toBe(300 + 22 + 104 + (100_000 + 7 * 22 + 52 * 71));
});

test('what stays in its zone costs nothing, and a path without calls is left out', () => {
  const [near, ...more] = pricePaths([path({ class: 'same-zone' }), path({ calls: 0 })], table, 1000);
  expect(near?.total).toBe(0);
  expect(more).toEqual([]);
});
