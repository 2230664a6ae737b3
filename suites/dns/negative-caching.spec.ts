import { expect, test } from '../../fixtures/index.ts';

test('a name that was asked for too early is found when the negative answer has expired', async ({
  names,
}) => {
  await expect(names.everywhere).toLearnNewNames();
});
