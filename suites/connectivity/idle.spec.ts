import { expect, test } from '../../fixtures/index.ts';

test('connections survive silence', { tag: '@waiting' }, async ({ paths }) => {
  await expect(paths.betweenAllClusters).toKeepIdleConnectionsFor({ seconds: 20 });
});
