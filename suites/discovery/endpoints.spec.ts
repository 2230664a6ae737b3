import { expect, test } from '../../fixtures/index.ts';

test('endpoints that come and go are noticed in every cluster in time', async ({ discovery, budget }) => {
  await expect(discovery.podsLabelledInAndOut({ times: 5 })).toBeFollowedWithin(budget.propagationMs);
});
