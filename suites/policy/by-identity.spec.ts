import { expect, needs, test } from '../../fixtures/index.ts';

test('a rule for one identity lets that one in, and no other', {
  tag: '@core',
  ...needs('authorization'),
}, async ({ access }) => {
  await expect(access.from('cart').asking('GET /by-identity')).toBeAllowed();
  await expect(access.from('payments').asking('GET /by-identity')).toBeDenied();
  await expect(access.from('intruder').asking('GET /by-identity')).toBeDenied();
});
