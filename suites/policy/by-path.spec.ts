import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a rule for a path opens it to every workload, and no other path',
  needs('authorization'),
  async ({ access }) => {
    await expect(access.from('intruder').asking('GET /open/anything')).toBeAllowed();
    await expect(access.from('intruder').asking('GET /opened')).toBeDenied();
    await expect(access.from('intruder').asking('GET /elsewhere')).toBeDenied();
  },
);
