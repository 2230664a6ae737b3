import { expect, needs, test } from '../../fixtures/index.ts';

const alone = { tag: '@exclusive', ...needs('join-live-mesh') };

test(
  'a cluster joins the live mesh and leaves it again, without a failed call elsewhere',
  alone,
  async ({ world, guest, budget }) => {
    await guest.arrivesWith(world.service('anchor'));
    await guest.watchedBy(world.callers);
    await expect(guest).toJoinWithin(budget.propagationMs);
    await expect(guest).toReachEveryoneWithin(budget.propagationMs);
    await expect(guest).toBeForgottenWithin(budget.propagationMs);
    await expect(guest).toHaveDisturbedNobody();
  },
);
