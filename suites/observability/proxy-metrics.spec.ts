import { expect, test } from '../../fixtures/index.ts';

test('the callers proxy counts each call once, by the cluster that answered it', async ({
  world,
  from,
  budget,
}) => {
  for (const cluster of world.callers) {
    const calls = from.workload('cart').in(cluster).calling(world.service('turnstile'));
    await expect(calls).toBeCountedWithin(budget.observability.metricsMs);
  }
});
