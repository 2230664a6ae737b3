import { expect, needs, test } from '../../fixtures/index.ts';

test('a captured lookup hears what the cluster DNS says', needs('dns-capture'), async ({ names }) => {
  await expect(names.captured).toHearWhatOthersHear();
});
