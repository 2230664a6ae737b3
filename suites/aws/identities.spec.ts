import { expect, needs, test } from '../../fixtures/index.ts';

test('a service account has the same AWS rights everywhere', needs('aws'), async ({ aws }) => {
  await expect(aws.identities).toBeInOrder();
});
