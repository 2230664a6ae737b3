import { expect, test } from '../../fixtures/index.ts';

test('what workloads tell each other is unreadable on every node on the way', { tag: '@core' }, async ({
  clients,
}) => {
  await expect(clients.ofTheMesh).toStayUnreadableOnTheWire();
});
