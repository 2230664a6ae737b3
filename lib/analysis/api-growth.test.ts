import { expect, test } from '@playwright/test';
import { growthExponent, growthTable, linkExponent } from './api-growth.ts';

test('a share for each cluster is 1, one for each link is far more', () => {
  expect(growthExponent({ clusters: 2, calls: 20 }, { clusters: 3, calls: 30 })).toBeCloseTo(1);
  expect(growthExponent({ clusters: 2, calls: 2 }, { clusters: 3, calls: 6 })).toBeCloseTo(
    linkExponent(2, 3),
  );
});

test('the test and the kind that grow with the links come first', () => {
  const small = {
    clusters: 2,
    tests: {
      fair: { 'list pods': 20 },
      dear: { 'list pods': 2, 'get services': 2 },
      gone: { 'list pods': 9 },
    },
  };
  const large = {
    clusters: 3,
    tests: { fair: { 'list pods': 30 }, dear: { 'list pods': 3, 'get services': 6 } },
  };
  const { total, tests, kinds, leftOut } = growthTable(small, large);
  expect(total).toMatchObject({ small: 24, large: 39 });
  expect(tests.map(({ name }) => name)).toEqual(['dear', 'fair']);
  expect(tests[0]?.kinds[0]).toMatchObject({ name: 'get services', small: 2, large: 6 });
  expect(kinds[0]?.name).toBe('get services');
  expect(kinds[0]?.exponent).toBeCloseTo(linkExponent(2, 3));
  expect(tests[1]?.exponent).toBeCloseTo(1);
  expect(leftOut).toEqual(['gone']);
});

test('what was never asked before is infinitely steeper', () => {
  const { tests } = growthTable(
    { clusters: 2, tests: { one: {} } },
    { clusters: 3, tests: { one: { 'list pods': 1 } } },
  );
  expect(tests[0]?.exponent).toBe(Number.POSITIVE_INFINITY);
});
