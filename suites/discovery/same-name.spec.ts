import { expect, test } from '../../fixtures/index.ts';

test('services of one name in two namespaces are kept apart, by full and by first name', {
  tag: '@core',
}, async ({ world, from, discovery }) => {
  const service = world.service('payments');
  const { namesake, byFirstName } = discovery;
  for (const cluster of world.callers) {
    const caller = from.workload('cart').in(cluster);
    await expect(caller.calling(byFirstName(service))).toBeAnsweredBy(world.expectedToAnswer(cluster));
    const theirs = world.expectedToAnswer(cluster, namesake);
    await expect(caller.calling(namesake)).toBeAnsweredBy(theirs);
    await expect(discovery.callingFromNamesake(cluster, byFirstName(namesake))).toBeAnsweredBy(theirs);
  }
});
