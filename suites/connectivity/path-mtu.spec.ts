import { expect, test } from '../../fixtures/index.ts';

test('packets of full size pass between the nodes of all clusters', async ({ paths }) => {
  await expect(paths.betweenAllNodes).toCarryFullPackets();
});
