import { expect, test } from '@playwright/test';
import { analyseConvergence, type PushedChange } from './convergence.ts';

function change(source: string, sentAt: number, after: Record<string, number | undefined>): PushedChange {
  return {
    source,
    sentAt,
    taken: Object.entries(after).map(([cluster, ms]) => ({
      cluster,
      proxy: 'cart',
      at: ms === undefined ? undefined : sentAt + ms,
    })),
  };
}

test('a change has converged when the slowest proxy has it, near and far told apart', () => {
  const found = analyseConvergence(100, [
    change('east', 1000, { east: 120, west: 300 }),
    change('west', 5000, { east: 500, west: 110 }),
    change('east', 9000, { east: 130, west: 200 }),
  ]);
  expect(found.all).toEqual({ fastest: 200, median: 300, slowest: 500 });
  expect(found.own).toEqual({ fastest: 110, median: 120, slowest: 130 });
  expect(found.remote.slowest).toBe(500);
  expect(found.proxies).toBe(2);
  expect(found.missing).toEqual([]);
});

test('a proxy that is never told leaves no time, and is named', () => {
  const found = analyseConvergence(10, [
    change('east', 1000, { east: 120, west: undefined }),
    change('east', 5000, { east: 120, west: 200 }),
  ]);
  expect(found.all.median).toBeNull();
  expect(found.own.median).toBe(120);
  expect(found.missing).toEqual(['change 1 of east never came to west/cart']);
});

test('one cluster has no remote proxies', () => {
  expect(analyseConvergence(10, [change('east', 1000, { east: 120 })]).remote.median).toBeNull();
});
