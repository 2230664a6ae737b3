import { expect, test } from '@playwright/test';
import { holm } from './holm.ts';
import { plannedLooks } from './looks.ts';

const rejected = (pValues: readonly number[], level = 0.05) => holm(pValues, level, (p, at) => p <= at);

// Holm 1979, and any textbook: the smallest is held against α/k, the next against α/(k − 1) …
test('the smallest needs level / k, each further one a share less', () => {
  expect(rejected([0.01, 0.02, 0.03, 0.005])).toEqual([0.01, 0.02, 0.03, 0.005]);
  expect(rejected([0.01, 0.04, 0.03, 0.005])).toEqual([0.01, 0.005]);
  expect(rejected([0.012, 0.016, 0.024, 0.049])).toEqual([0.012, 0.016, 0.024, 0.049]);
});

test('three at 4 % are none, though each alone would be one', () => {
  expect(rejected([0.04, 0.04, 0.04])).toEqual([]);
  expect(rejected([0.04])).toEqual([0.04]);
  expect(rejected([])).toEqual([]);
});

test('looks spend the error rate once, nearly all of it at the end', () => {
  const looks = plannedLooks({ rounds: 10, looks: 2, alpha: 0.05 });
  expect(looks.map(({ rounds }) => rounds)).toEqual([5, 10]);
  expect(looks[0]?.level).toBeCloseTo(0.00625, 10);
  expect(looks.reduce((sum, { level }) => sum + level, 0)).toBeCloseTo(0.05, 10);
  expect(plannedLooks({ rounds: 10, looks: 1, alpha: 0.05 })).toEqual([{ rounds: 10, level: 0.05 }]);
});
