import { expect, test } from '../../fixtures/index.ts';

test('a policy for a port goes before one for the workload, and that before one for the namespace', async ({
  doors,
}) => {
  await expect(doors.ofEveryLevel).toFollowTheNarrowestPolicy();
});
