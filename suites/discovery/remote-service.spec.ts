import { expect, test } from '../../fixtures/index.ts';

test('a service in one cluster only is answered by it, from all the others', { tag: '@core' }, async ({
  world,
  from,
}) => {
  for (const link of world.links) {
    const calls = from.workload('cart').in(link.from).calling(world.localTo(link.to));
    await expect(calls).toBeAnsweredBy([link.to]);
  }
});
