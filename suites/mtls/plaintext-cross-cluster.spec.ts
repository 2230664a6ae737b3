import { expect, test } from '../../fixtures/index.ts';

test('no entrance of a cluster passes on plaintext, or TLS for a name that nobody has', {
  tag: '@core',
}, async ({ clients }) => {
  await expect(clients.atEntrances).toPassOnNoPlaintext();
});
