import { expect, test } from '../../fixtures/index.ts';

test('trace context and request id cross clusters unchanged', async ({ world, from }) => {
  for (const cluster of world.callers) {
    await expect(from.workload('cart').in(cluster).calling(world.service('payments'))).toCarryTraceContext();
  }
});
