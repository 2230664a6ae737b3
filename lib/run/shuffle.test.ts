import { expect, test } from '@playwright/test';
import { shuffled } from './shuffle.ts';

const items = Array.from({ length: 20 }, (_, index) => index);

test('an order is decided by its seed, and loses nothing', () => {
  expect(shuffled(items, 7)).toEqual(shuffled(items, 7));
  expect(shuffled(items, 7)).not.toEqual(shuffled(items, 8));
  expect(shuffled(items, 7).toSorted((a, b) => a - b)).toEqual(items);
});

test('every place is as likely for every item', () => {
  const runs = 4000;
  const first = Array.from({ length: runs }, (_, seed) => shuffled(items, seed)[0]);
  // 200 expected of 4000, standard deviation 13.8: five of them on either side.
  for (const item of items) {
    const count = first.filter((one) => one === item).length;
    expect(count).toBeGreaterThan(130);
    expect(count).toBeLessThan(270);
  }
});
