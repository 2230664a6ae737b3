import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a rule for a namespace lets its workloads in, and no others',
  needs('authorization'),
  async ({ access }) => {
    await expect(access.from('cart').asking('GET /by-namespace')).toBeAllowed();
    await expect(access.from('payments').asking('GET /by-namespace')).toBeAllowed();
    await expect(access.from('intruder').asking('GET /by-namespace')).toBeDenied();
  },
);
