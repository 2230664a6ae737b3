import { expect, needs, test } from '../../fixtures/index.ts';

test('what no rule allows is denied', { tag: '@core', ...needs('authorization') }, async ({ access }) => {
  await expect(access.from('cart').asking('GET /elsewhere')).toBeDenied();
  await expect(access.from('payments').asking('GET /elsewhere')).toBeDenied();
  await expect(access.from('intruder').asking('GET /elsewhere')).toBeDenied();
});
