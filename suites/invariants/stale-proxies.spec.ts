import { expect, test } from '../../fixtures/index.ts';

test('every proxy has its newest configuration', { tag: ['@core', '@last'] }, async ({ wholeRun }) => {
  await expect(wholeRun).toHaveNoStaleProxy();
});
