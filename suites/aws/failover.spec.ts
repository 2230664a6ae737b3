import { expect, needs, test } from '../../fixtures/index.ts';

test('the name of the gateways fails over, and back', { ...needs('aws'), tag: '@disruptive' }, async ({
  aws,
  inject,
}) => {
  const lookups = await aws.gatewayLookups();
  await inject.healthCheckInversion(lookups);
  await expect(lookups).toFailOverAndBack();
});
