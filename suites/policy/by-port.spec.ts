import { expect, needs, test } from '../../fixtures/index.ts';

test('a rule for a port opens that one, and no other', needs('authorization'), async ({ access }) => {
  await expect(access.from('cart').asking('TCP :9090')).toBeAllowed();
  await expect(access.from('intruder').asking('TCP :9090')).toBeDenied();
  await expect(access.from('cart').asking('GET :8081/by-identity')).toBeDenied();
});
