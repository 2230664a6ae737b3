import { expect, test } from '../../fixtures/index.ts';

test('a new service is reached from the other clusters in time', { tag: '@core' }, async ({
  world,
  from,
  budget,
}) => {
  for (const link of world.links) {
    const newcomer = from.workload('cart').in(link.from).awaitingNewServiceFor(world.localTo(link.to));
    await expect(newcomer).toPropagateWithin(budget.propagationMs);
  }
});
