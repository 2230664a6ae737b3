import { expect, test } from '../../fixtures/index.ts';

test('every certificate of the mesh lasts longer than its limit', async ({ clients }) => {
  await expect(clients.ofTheMesh).toLastLongEnough();
});
