import { expect, test } from '../../fixtures/index.ts';

test('a NetworkPolicy closes the ports that it does not open', async ({ access }) => {
  await expect(access.fencedPods).toBeFencedOff();
});
