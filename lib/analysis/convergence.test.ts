import { expect, test } from '@playwright/test';
import { analyseConvergence, judgeConvergence, type PushedChange } from './convergence.ts';

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

const timed = (services: number, ...after: (number | undefined)[]) =>
  analyseConvergence(
    services,
    after.map((west) => change('east', 1000, { east: 120, west })),
  );

test('each change at each size is held to the limit, and which was late is said', () => {
  expect(judgeConvergence([timed(10, 200), timed(500, 900, 950)], 1000, undefined)).toEqual({
    limitMs: 1000,
    verdict: 'passed',
    words: 'each of 3 changes came to every proxy within 1 s',
  });
  const late = judgeConvergence([timed(10, 200), timed(500, 900, 1200)], 1000, undefined);
  expect(late).toMatchObject({
    verdict: 'failed',
    words: expect.stringContaining('with 500 services 1.2 s'),
  });
  const lost = judgeConvergence([timed(10, 200, undefined)], 1000, undefined);
  expect(lost).toMatchObject({
    verdict: 'failed',
    words: expect.stringContaining('change 2 of east never came to west/cart'),
  });
});

test('what is late on a machine that lost its processors is no failure, and no change at all is no pass', () => {
  const words = 'the host took half of the processors away';
  expect(judgeConvergence([timed(10, 1200)], 1000, words)).toMatchObject({
    verdict: 'inconclusive',
    words: expect.stringContaining(words),
  });
  expect(judgeConvergence([timed(10, 200)], 1000, words).verdict).toBe('passed');
  expect(judgeConvergence([], 1000, undefined).verdict).toBe('inconclusive');
  expect(judgeConvergence([timed(10)], 1000, undefined).verdict).toBe('inconclusive');
});
