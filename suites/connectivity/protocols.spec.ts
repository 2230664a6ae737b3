import { expect, test } from '../../fixtures/index.ts';

test('every cluster reaches every cluster in every protocol', async ({ paths }) => {
  await expect(paths.betweenAllClusters).toCarryEveryProtocol();
});
