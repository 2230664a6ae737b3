import { expect, test } from '../../fixtures/index.ts';

test('calls across clusters stay within the budget', { tag: '@exclusive' }, async ({
  world,
  from,
  budget,
}) => {
  for (const link of world.links) {
    const load = from.workload('k6').in(link.from).loading(world.localTo(link.to));
    await expect(load).toStayWithin(budget.latency.crossCluster);
  }
});
