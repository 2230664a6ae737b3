import { expect, needs, test } from '../../fixtures/index.ts';

test('certificates of workloads are renewed under load without a lost call', {
  tag: '@exclusive',
  ...needs('rotate-leaf'),
}, async ({ rotation }) => {
  await rotation.untilDecided(async () => {
    const load = await rotation.underLoad();
    await expect(load).toRenewCertificates({ times: 2 });
    await expect(load).toLoseNoCall();
  });
});
