import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'every workload reaches what the policy allows it, and nothing else',
  needs('authorization'),
  async ({ access }) => {
    await expect(access.segmentation).toBeAsItsPolicySays();
  },
);
