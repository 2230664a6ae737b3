import { expect, test } from '../../fixtures/index.ts';

test('the servers proxies count the calls that they answer, from every cluster', async ({
  world,
  from,
  budget,
}) => {
  const calls = world.callers.map((cluster) =>
    from.workload('cart').in(cluster).calling(world.service('tollgate')),
  );
  await expect(calls).toBeCountedByServersWithin(budget.observability.metricsMs);
});
