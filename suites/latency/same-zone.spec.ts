import { expect, test } from '../../fixtures/index.ts';

test('calls within a zone keep their budgets in every protocol', { tag: '@exclusive' }, async ({ loads }) => {
  await expect(await loads.on('same-zone')).toKeepItsBudgets();
});
