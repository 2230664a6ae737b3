import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'an imported service is answered by every exporting cluster at its clusterset address',
  needs('mcs'),
  async ({ world, from, discovery }) => {
    for (const cluster of world.callers) {
      const calls = from
        .workload('cart')
        .in(cluster)
        .calling(await discovery.imported(cluster));
      await expect(calls).toBeAnsweredBy(world.expectedToAnswer(cluster));
    }
  },
);

test(
  'an imported service is answered by every exporting cluster under its name in clusterset.local',
  needs('mcs', 'dns-capture'),
  async ({ world, from, discovery }) => {
    for (const cluster of world.callers) {
      const calls = from
        .workload('scout')
        .in(cluster)
        .calling(await discovery.importedByName());
      await expect(calls).toBeAnsweredBy(world.expectedToAnswer(cluster));
    }
  },
);
