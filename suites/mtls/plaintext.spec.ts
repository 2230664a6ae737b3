import { expect, test } from '../../fixtures/index.ts';

test('plaintext from outside the mesh is rejected', async ({ world, from }) => {
  for (const cluster of world.clusters) {
    const stranger = from.outsideMesh(cluster);
    await expect(stranger.calling(world.service('payments').in(cluster))).toBeRejected({ as: 'plaintext' });
  }
});
