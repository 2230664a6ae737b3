import { expect, needs, test } from '../../fixtures/index.ts';

test('calls are split over the clusters by weight', {
  tag: '@exclusive',
  ...needs('weighted-split'),
}, async ({ near }) => {
  await expect(near.weighted).toFollowItsWeights();
});
