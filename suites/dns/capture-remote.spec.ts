import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a captured lookup finds a service that only another cluster has',
  needs('dns-capture'),
  async ({ world, names }) => {
    await expect(names.captured).toReachByName(world.links);
  },
);
