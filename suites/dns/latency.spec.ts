import { expect, test } from '../../fixtures/index.ts';

test('names resolve within the budget', { tag: '@exclusive' }, async ({ names, budget }) => {
  await expect(names.everywhere).toResolveWithin(budget.dns.p99Ms);
});
