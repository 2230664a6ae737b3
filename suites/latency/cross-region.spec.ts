import { expect, test } from '../../fixtures/index.ts';

test('calls across regions keep their budgets in every protocol', { tag: '@exclusive' }, async ({
  loads,
}) => {
  await expect(await loads.on('cross-region')).toKeepItsBudgets();
});
