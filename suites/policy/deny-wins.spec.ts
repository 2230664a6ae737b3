import { expect, needs, test } from '../../fixtures/index.ts';

test('a rule that denies wins over one that allows', { tag: '@core', ...needs('authorization') }, async ({
  access,
}) => {
  await expect(access.from('payments').asking('GET /by-namespace/forbidden')).toBeAllowed();
  await expect(access.from('cart').asking('GET /by-namespace/forbidden')).toBeDenied();
  await expect(access.from('cart').asking('GET /by-namespace/permitted')).toBeAllowed();
});
