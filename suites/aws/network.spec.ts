import { expect, needs, test } from '../../fixtures/index.ts';

test('the network lets the mesh through, and nothing more', needs('aws'), async ({ aws }) => {
  await expect(aws.network).toBeInOrder();
});
