import { expect, test } from '@playwright/test';
import { deployWorld, removeWorld } from '../../lib/run/world.ts';
import { isExact, openGaps } from './gap.ts';
import { requireLab } from './lab.ts';

const RATE = 200;

/** `npm run accuracy` measures twenty of each. */
test('outages of a known length are measured within 2 probe intervals', async () => {
  const lab = requireLab();
  await deployWorld(lab, { run: 'accuracy', areas: [] });
  try {
    await using gaps = await openGaps(lab);
    for (const gapMs of [200, 1000, 2000]) {
      const measured = await gaps.measure(gapMs, RATE);
      test.info().annotations.push({ type: 'measured', description: JSON.stringify(measured) });
      expect(isExact(measured, RATE), JSON.stringify(measured)).toBe(true);
    }
  } finally {
    await removeWorld(lab);
  }
});
