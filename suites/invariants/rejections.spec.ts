import { expect, test } from '../../fixtures/index.ts';

test('no proxy turned a configuration down during the run', { tag: ['@core', '@last'] }, async ({
  wholeRun,
}) => {
  await expect(wholeRun).toHaveHadNoRejection();
});
