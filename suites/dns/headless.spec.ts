import { expect, test } from '../../fixtures/index.ts';

test('the name of a headless service resolves to the addresses of its pods', { tag: '@core' }, async ({
  world,
  names,
}) => {
  await expect(names.everywhere).toHaveRecordsOf(world.headless);
});
