import { expect, test } from '../../fixtures/index.ts';

test('no port of any pod in the mesh takes plaintext, or TLS without a certificate, from a stranger', {
  tag: '@core',
}, async ({ doors }) => {
  await expect(doors.triedByStrangers).toBeClosed();
});
