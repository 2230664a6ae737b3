import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a port on which the exporting clusters disagree does not take the others down',
  needs('mcs'),
  async ({ world, from, discovery }) => {
    for (const { from: cluster } of world.links) {
      const calls = from.workload('cart').in(cluster).calling(discovery.disputed);
      await expect(calls).toBeAnsweredBy(world.expectedToAnswer(cluster));
    }
  },
);

test('exports that disagree are reported as a conflict', needs('mcs'), async ({ backend }) => {
  await expect(backend).toBeReportedAsConflict();
});
