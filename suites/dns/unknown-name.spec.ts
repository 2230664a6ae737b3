import { expect, test } from '../../fixtures/index.ts';

test('a name that is not there does not resolve', { tag: '@core' }, async ({ world, from }) => {
  for (const cluster of world.callers) {
    const lookup = from.workload('cart').in(cluster).resolving(world.service('no-such-service'));
    await expect(lookup).toBeUnknown();
  }
});
