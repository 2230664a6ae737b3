import { expect, needs, test } from '../../fixtures/index.ts';

test('what must be recorded is recorded', needs('aws'), async ({ aws }) => {
  await expect(aws.recordings).toBeInOrder();
});
