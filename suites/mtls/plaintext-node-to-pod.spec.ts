import { expect, test } from '../../fixtures/index.ts';

test('no port of any pod in the mesh takes plaintext from a node, not even from its own', async ({
  doors,
}) => {
  await expect(doors.triedFromEveryNode).toBeClosed();
});
