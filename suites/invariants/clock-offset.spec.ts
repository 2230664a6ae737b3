import { expect, test } from '../../fixtures/index.ts';

test('the nodes agree on the time', { tag: '@last' }, async ({ wholeRun }) => {
  await expect(wholeRun).toAgreeOnTheTime();
});
