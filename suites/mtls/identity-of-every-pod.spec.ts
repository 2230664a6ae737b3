import { expect, test } from '../../fixtures/index.ts';

test('every pod in the mesh carries the identity of its service account', { tag: '@core' }, async ({
  clients,
}) => {
  await expect(clients.ofTheMesh).toCarryTheirOwnIdentity();
});

test('callers are seen under their own identity by every cluster', { tag: '@core' }, async ({
  world,
  from,
}) => {
  for (const here of world.callers) {
    for (const there of world.clusters) {
      const ledger = world.localTo(there);
      await expect(from.workload('cart').in(here).calling(ledger)).toBeSeenAs('cart');
    }
  }
});
