import { expect, needs, test } from '../../fixtures/index.ts';

test('the records of gateways can fail over', needs('aws'), async ({ aws }) => {
  await expect(aws.names).toBeInOrder();
});
