import { expect, test } from '../../fixtures/index.ts';

test('calls through the gateways keep their budgets in every protocol', { tag: '@exclusive' }, async ({
  loads,
}) => {
  await expect(await loads.on('through-gateway')).toKeepItsBudgets();
});
