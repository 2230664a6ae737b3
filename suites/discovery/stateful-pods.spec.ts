import { expect, needs, test } from '../../fixtures/index.ts';

test('each pod of a StatefulSet is reached by its own name in its cluster', async ({
  world,
  from,
  discovery,
}) => {
  for (const cluster of world.callers) {
    for (const pod of await discovery.podsByName(cluster)) {
      await expect(from.workload('cart').in(cluster).calling(pod)).toBeAnsweredBy([cluster]);
    }
  }
});

test(
  'each pod of a StatefulSet is reached by its own name from the other clusters',
  needs('headless-discovery'),
  async ({ world, from, discovery }) => {
    for (const link of world.links) {
      for (const pod of await discovery.podsByNameInClusterSet(link.to)) {
        await expect(from.workload('cart').in(link.from).calling(pod)).toBeAnsweredBy([link.to]);
      }
    }
  },
);
