import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@playwright/test';
import { createPlanStore } from './plans.ts';

test('a call that failed while processors were stolen says so', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  for (const [share, heldUp] of [
    [0.6, true],
    [0.1, undefined],
  ] as const) {
    const plans = createPlanStore({ worstBetween: () => share });
    const id = `plan-${share}`;
    plans.start({
      id,
      target: { protocol: 'http', url: `http://127.0.0.1:${port}/`, connection: 'fresh' },
      ratePerSecond: 10,
      count: 1,
      deadlineMs: 100,
    });
    await expect.poll(() => plans.page(id, 0)?.complete).toBe(true);
    const [observation] = plans.page(id, 0)?.observations ?? [];
    expect([observation?.outcome, observation?.heldUp]).toEqual(['deadline', heldUp]);
    plans.stop();
  }
  silent.close();
});
