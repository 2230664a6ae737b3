import { expect, test } from '../../fixtures/index.ts';

test('every protocol keeps its budget on one node', { tag: '@exclusive' }, async ({ loads }) => {
  await expect(await loads.on('same-node')).toKeepItsBudgets();
});

test('every protocol keeps its budget within a zone', { tag: '@exclusive' }, async ({ loads }) => {
  await expect(await loads.on('same-zone')).toKeepItsBudgets();
});

test('every protocol keeps its budget across zones', { tag: '@exclusive' }, async ({ loads }) => {
  await expect(await loads.on('cross-zone')).toKeepItsBudgets();
});

test('every protocol keeps its budget across regions', { tag: '@exclusive' }, async ({ loads }) => {
  await expect(await loads.on('cross-region')).toKeepItsBudgets();
});

test('every protocol keeps its budget through the gateways', { tag: '@exclusive' }, async ({ loads }) => {
  await expect(await loads.on('through-gateway')).toKeepItsBudgets();
});
