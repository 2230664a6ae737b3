import { expect, test } from '../../fixtures/index.ts';

test('calls on one node keep their budgets in every protocol', { tag: '@exclusive' }, async ({ loads }) => {
  await expect(await loads.on('same-node')).toKeepItsBudgets();
});
