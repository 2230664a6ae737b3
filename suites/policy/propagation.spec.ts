import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a new rule is in force in every cluster in time',
  needs('authorization'),
  async ({ access, budget }) => {
    await expect(access.newDenial).toTakeHoldWithin(budget.policyPropagationMs);
  },
);
