import { expect, test } from '../../fixtures/index.ts';

test('workloads take no weak cipher suite', async ({ clients }) => {
  await expect(clients.withRightCertificate).toRefuseWeakCiphers();
});
