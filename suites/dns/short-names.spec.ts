import { expect, test } from '../../fixtures/index.ts';

test('a service is found by its short names, and a final dot ends the search', { tag: '@core' }, async ({
  world,
  names,
}) => {
  await expect(names.everywhere).toFindByShortNames(world.service('payments'));
});
