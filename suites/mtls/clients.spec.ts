import { CLIENT_FLAWS, expect, test } from '../../fixtures/index.ts';

for (const flaw of CLIENT_FLAWS) {
  test(`a client with ${flaw} is turned away as that`, { tag: '@core' }, async ({ clients }) => {
    await expect(clients.with(flaw)).toBeTurnedAwayAsSuch();
  });
}
