import { expect, test } from '../../fixtures/index.ts';

test('a service in every cluster is answered by all of them, from all of them', { tag: '@core' }, async ({
  world,
  from,
}) => {
  for (const cluster of world.callers) {
    const calls = from.workload('cart').in(cluster).calling(world.service('payments'));
    await expect(calls).toBeAnsweredBy(world.expectedToAnswer(cluster));
  }
});
