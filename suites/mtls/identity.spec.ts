import { expect, test } from '../../fixtures/index.ts';

test('both ends of a cross-cluster call carry the identity of their service account', {
  tag: '@core',
}, async ({ world, from }) => {
  for (const link of world.links) {
    const payments = world.service('payments').in(link.to);
    await expect(from.outsideMesh(link.from).handshakingWith(payments)).toPresentIdentityOf('payments');
    await expect(from.workload('cart').in(link.from).calling(payments)).toBeSeenAs('cart');
  }
});
