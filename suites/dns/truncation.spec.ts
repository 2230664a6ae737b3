import { expect, test } from '../../fixtures/index.ts';

test('an answer too large for a datagram says so, and is whole over TCP', async ({ names }) => {
  await expect(names.everywhere).toDeliverLargeAnswers();
});
