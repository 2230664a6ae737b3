import { expect, test } from '../../fixtures/index.ts';

test('no control plane lost its leader during the run', { tag: '@last' }, async ({ wholeRun }) => {
  await expect(wholeRun).toHaveKeptItsLeaders();
});
