import { expect, test } from '../../fixtures/index.ts';

test('the name of a service resolves to its cluster IP', { tag: '@core' }, async ({ world, from }) => {
  for (const cluster of world.callers) {
    const payments = world.service('payments');
    const lookup = from.workload('cart').in(cluster).resolving(payments);
    await expect(lookup).toResolveTo(await world.clusterIpOf(payments, { in: cluster }));
  }
});
