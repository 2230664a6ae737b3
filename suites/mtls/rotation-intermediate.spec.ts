import { expect, needs, test } from '../../fixtures/index.ts';

test('an intermediate is replaced under load, and replaced again, without a lost call', {
  tag: '@exclusive',
  ...needs('rotate-intermediate'),
}, async ({ world, rotation }) => {
  await rotation.untilDecided(async () => {
    const load = await rotation.underLoad();
    for (const cluster of world.clusters.slice(-1)) {
      await expect(await rotation.newIntermediate(load, { in: cluster })).toTakeOver();
      await expect(await rotation.oldIntermediate(load, { in: cluster })).toTakeOver();
    }
    await expect(load).toLoseNoCall();
  });
});
