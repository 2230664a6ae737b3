import { expect, needs, test } from '../../fixtures/index.ts';

test(
  'a service that a cluster exports no more is found there only, until it is exported again',
  needs('mcs'),
  async ({ discovery, budget }) => {
    await expect(discovery.exportTakenBackAndGivenAgain()).toBeFollowedWithin(budget.propagationMs);
  },
);
