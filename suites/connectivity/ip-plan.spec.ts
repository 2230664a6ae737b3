import { expect, test } from '../../fixtures/index.ts';

test('no address range of a cluster hides another one', async ({ paths }) => {
  await expect(paths.addresses).toBeDistinct();
});
