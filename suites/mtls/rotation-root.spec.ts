import { expect, needs, test } from '../../fixtures/index.ts';

test('the root of trust is replaced under load, and replaced again, without a lost call', {
  tag: '@exclusive',
  ...needs('rotate-root'),
}, async ({ world, rotation }) => {
  await rotation.untilDecided(async () => {
    const load = await rotation.underLoad();
    const second = await rotation.secondRoot(load);
    await expect(second).toBeTrustedEverywhere();
    for (const cluster of world.clusters) await expect(await second.signingIn(cluster)).toTakeOver();
    // One cluster after the other was above; this is all of them in one step.
    const back = await Promise.all(world.clusters.map((cluster) => second.givenBackIn(cluster)));
    for (const handover of back) await expect(handover).toTakeOver();
    await second.withdraw();
    await expect(second).toBeRefusedEverywhere();
    await expect(load).toLoseNoCall();
  });
});
