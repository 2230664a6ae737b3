import { expect, needs, test } from '../../fixtures/index.ts';

test('a rule that denies wins over one that allows', { tag: '@core', ...needs('authorization') }, async ({
  access,
}) => {
  await expect(access.from('payments').asking('GET /by-namespace/forbidden')).toBeAllowed();
  await expect(access.from('cart').asking('GET /by-namespace/forbidden')).toBeDenied();
  await expect(access.from('cart').asking('GET /by-namespace/permitted')).toBeAllowed();
});

test(
  'rules that deny by namespace, method and port win as well',
  needs('authorization'),
  async ({ access }) => {
    await expect(access.from('intruder').asking('GET /open/inside')).toBeAllowed();
    await expect(access.from('payments').asking('GET /open/inside')).toBeDenied();
    await expect(access.from('cart').asking('GET /open/read-only')).toBeAllowed();
    await expect(access.from('cart').asking('POST /open/read-only')).toBeDenied();
    await expect(access.from('intruder').asking('GET :8081/open/control')).toBeDenied();
  },
);
