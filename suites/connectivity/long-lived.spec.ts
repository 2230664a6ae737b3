import { expect, test } from '../../fixtures/index.ts';

test('streams in use are not cut off', { tag: '@waiting' }, async ({ paths }) => {
  await expect(paths.betweenAllClusters).toKeepStreamsFor({ seconds: 20 });
});
