import { expect, test } from '../../fixtures/index.ts';

test('each call is in the logs of both ends, in every cluster', async ({ world, from, budget }) => {
  const calls = world.callers.map((cluster) =>
    from.workload('cart').in(cluster).calling(world.service('payments')),
  );
  await expect(calls).toBeLoggedWithin(budget.observability.accessLogMs);
});
