import { expect, test } from '../../fixtures/index.ts';

test('nothing restarted during the run that was not meant to', { tag: ['@core', '@last'] }, async ({
  wholeRun,
}) => {
  await expect(wholeRun).toHaveHadNoRestart();
});
