import { expect, test } from '../../fixtures/index.ts';

test('keeps serving when the link to the other cluster is cut', { tag: '@disruptive' }, async ({
  world,
  from,
  inject,
  budget,
}) => {
  const { here, there } = world.failoverPair;
  const traffic = await from.workload('cart').in(here).streaming(world.service('payments'));
  await inject.linkPartition({ from: here, to: there });
  await expect(traffic).toRecoverWithin(budget.failover.linkPartition);
});
