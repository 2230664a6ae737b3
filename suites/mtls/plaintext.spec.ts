import { expect, test } from '../../fixtures/index.ts';

test('plaintext from outside the mesh is rejected', { tag: '@core' }, async ({ world, from }) => {
  for (const cluster of world.callers) {
    const stranger = from.outsideMesh(cluster);
    await expect(stranger.calling(world.service('payments').in(cluster))).toBeRejected({ as: 'plaintext' });
  }
});
