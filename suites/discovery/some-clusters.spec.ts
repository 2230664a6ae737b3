import { expect, test } from '../../fixtures/index.ts';

test('a service in some of the clusters is answered by them, from all of them', async ({
  world,
  from,
  discovery,
}) => {
  const { service, clusters } = await discovery.inSomeClusters();
  for (const cluster of world.callers) {
    const calls = from.workload('cart').in(cluster).calling(service);
    await expect(calls).toBeAnsweredBy(world.expectedToAnswer(cluster, service, clusters));
  }
});
