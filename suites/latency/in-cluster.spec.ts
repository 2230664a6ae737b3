import { expect, test } from '../../fixtures/index.ts';

test('calls within a cluster stay within the budget', { tag: '@exclusive' }, async ({
  world,
  from,
  budget,
}) => {
  for (const cluster of world.callers) {
    const load = from.workload('k6').in(cluster).loading(world.localTo(cluster));
    await expect(load).toStayWithin(budget.latency.inCluster);
  }
});
