import { expect, test } from '../../fixtures/index.ts';

test('the name of a headless service resolves to the addresses of its pods', async ({ world, from }) => {
  for (const cluster of world.clusters) {
    const lookup = from.workload('cart').in(cluster).resolving(world.headless);
    await expect(lookup).toResolveTo(await world.endpointsOf(world.headless, { in: cluster }));
  }
});
