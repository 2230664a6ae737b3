import { expect, test } from '../../fixtures/index.ts';

test('workloads take no version of TLS below the floor, and every one above it', { tag: '@core' }, async ({
  clients,
}) => {
  await expect(clients.withRightCertificate).toRefuseOldVersions();
});
