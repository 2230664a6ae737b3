import { expect, test } from '../../fixtures/index.ts';

test('keeps serving when the other copy loses its node', { tag: '@disruptive' }, async ({
  world,
  from,
  inject,
  budget,
}) => {
  const { here, there } = world.failoverPair;
  const traffic = await from.workload('cart').in(here).streaming(world.service('payments'));
  await inject.nodeKill(await world.nodeOf('payments', { in: there }));
  await expect(traffic).toRecoverWithin(budget.failover.nodeKill);
});
