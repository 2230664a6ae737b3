import { expect, test } from '../../fixtures/index.ts';

test('no program fell over during the run', { tag: ['@core', '@last'] }, async ({ wholeRun }) => {
  await expect(wholeRun).toHaveHadNoPanic();
});
