import { expect, test } from '../../fixtures/index.ts';

test('a service has the records that its addresses, families and ports call for', { tag: '@core' }, async ({
  world,
  names,
}) => {
  await expect(names.everywhere).toHaveRecordsOf(world.service('payments'));
});
