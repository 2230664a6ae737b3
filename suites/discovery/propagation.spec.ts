import { expect, test } from '../../fixtures/index.ts';

test('a new service is answered by every cluster that has pods of it, to every caller, in time', {
  tag: '@core',
}, async ({ discovery, budget }) => {
  await expect(discovery.newService).toPropagateWithin(budget.propagationMs);
});
