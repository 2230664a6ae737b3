import { expect, test } from '../../fixtures/index.ts';

test('a name that is not there does not resolve', async ({ world, from }) => {
  for (const cluster of world.clusters) {
    const lookup = from.workload('cart').in(cluster).resolving(world.service('no-such-service'));
    await expect(lookup).toBeUnknown();
  }
});
