import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a cluster-local service is answered by its own cluster only, or by nobody',
  needs('cluster-local'),
  async ({ world, from, discovery }) => {
    for (const cluster of world.callers) {
      const caller = from.workload('cart').in(cluster);
      const control = caller.calling(discovery.clusterLocal());
      await expect(control).toBeAnsweredBy([cluster]);
      for (const other of world.clusters.filter((name) => name !== cluster)) {
        const elsewhere = caller.calling(discovery.clusterLocalAt(other));
        await expect(elsewhere).toBeAnsweredByNobody({ control });
      }
    }
  },
);
