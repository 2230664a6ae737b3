import { expect, test } from '../../fixtures/index.ts';

test('connections survive silence', async ({ paths }) => {
  await expect(paths.betweenAllClusters).toKeepIdleConnectionsFor({ seconds: 20 });
});
