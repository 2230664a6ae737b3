import { expect, test } from '../../fixtures/index.ts';

test('names resolve while the resolvers restart', { tag: '@exclusive' }, async ({ names, budget }) => {
  await expect(names.everywhere).toSurviveResolverRestart(budget.dns.restart);
});
