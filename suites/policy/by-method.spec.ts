import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a rule for a method lets that one through, and no other',
  needs('authorization'),
  async ({ access }) => {
    await expect(access.from('cart').asking('GET /by-method')).toBeAllowed();
    await expect(access.from('cart').asking('POST /by-method')).toBeDenied();
  },
);
