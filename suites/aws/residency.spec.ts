import { expect, needs, test } from '../../fixtures/index.ts';

test('a service that has a home is answered there', needs('aws'), async ({ aws }) => {
  await expect(aws.residency).toStayInItsRegions();
});
