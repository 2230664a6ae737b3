import { expect, test } from '../../fixtures/index.ts';

test('every node gets the same answers, from every resolver', async ({ names }) => {
  await expect(names.everywhere).toAgreeOnEveryNode();
});
