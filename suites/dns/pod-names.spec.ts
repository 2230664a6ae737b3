import { expect, test } from '../../fixtures/index.ts';

test('each pod of a StatefulSet has a name of its own, and its address leads back to it', async ({
  world,
  names,
}) => {
  await expect(names.everywhere).toNameEachPodOf(world.service('crew'));
});
