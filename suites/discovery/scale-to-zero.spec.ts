import { expect, test } from '../../fixtures/index.ts';

test('pods that are scaled to zero are called no more, and again when they are back', async ({
  discovery,
  budget,
}) => {
  await expect(discovery.podsScaledToZeroAndBack()).toBeFollowedWithin(budget.propagationMs);
});
