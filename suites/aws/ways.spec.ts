import { expect, needs, test } from '../../fixtures/index.ts';

test('connections end as the configuration says', needs('aws'), async ({ aws }) => {
  await expect(aws.ways).toBeAsConfigured();
});
