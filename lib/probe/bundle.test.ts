import { expect, test } from '@playwright/test';
import { bundleAgent } from './bundle.ts';

test('the agent is one small file of its own, the same every time', async () => {
  const [first, second] = await Promise.all([bundleAgent(), bundleAgent()]);
  expect(first).toBe(second);
  expect(first.length).toBeLessThan(200_000);
  const imported = [...first.matchAll(/^import .* from ["']([^"']+)["'];$/gm)].map(([, name]) => name);
  expect(imported.filter((name) => !name?.startsWith('node:'))).toEqual([]);
});
