import { expect, test } from '../../fixtures/index.ts';

test('answers may be kept no longer than the environment allows', async ({ names }) => {
  await expect(names.everywhere).toExpireInTime();
});
