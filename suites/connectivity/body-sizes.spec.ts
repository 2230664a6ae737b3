import { expect, test } from '../../fixtures/index.ts';

test('bodies from one byte to ten megabytes arrive unharmed', { tag: '@exclusive' }, async ({ paths }) => {
  await expect(paths.betweenAllClusters).toCarryBodiesOf([1, 1000, 64_000, 1_000_000, 10_000_000]);
});
