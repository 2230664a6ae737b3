import { expect, test } from '../../fixtures/index.ts';

test('the servers proxies count the calls that they answer, from every cluster', async ({
  world,
  from,
  budget,
}) => {
  for (const cluster of world.callers) {
    const calls = from.workload('cart').in(cluster).calling(world.service('turnstile'));
    await expect(calls).toBeCountedByServersWithin(budget.observability.metricsMs);
  }
});
