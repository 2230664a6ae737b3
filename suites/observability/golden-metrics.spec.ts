import { expect, test } from '../../fixtures/index.ts';

test('golden metrics name source and destination cluster of each call', async ({ world, from, budget }) => {
  for (const cluster of world.callers) {
    const calls = from.workload('cart').in(cluster).calling(world.service('tally'));
    await expect(calls).toHaveGoldenMetricsWithin(budget.observability.metricsMs);
  }
});
