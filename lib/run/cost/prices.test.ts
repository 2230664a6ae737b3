import { expect, test } from '@playwright/test';
import { describeError } from '../../support/errors.ts';
import { EXAMPLE_PRICES, loadPrices, parsePrices } from './prices.ts';

const GOOD = `name: ours
currency: EUR
checked: 2026-11-22
charges:
  far: { perGB: 0.02, source: the contract of 2026 }
paths:
  cross-zone: []
  cross-region: [far]
`;

function refusal(text: string): string {
  try {
    parsePrices(text, 'prices.yaml');
    return 'accepted';
  } catch (error) {
    return describeError(error);
  }
}

test('the table that comes with Meshproof is sound, dated, and says where each figure is from', () => {
  const { charges, paths, checked } = loadPrices(EXAMPLE_PRICES);
  expect(paths['cross-region'].length).toBeGreaterThan(0);
  expect(checked).toMatch(/^\d{4}-\d\d-\d\d$/);
  for (const { source } of Object.values(charges)) expect(source.length).toBeGreaterThan(20);
});

test('what is left out costs nothing', () => {
  expect(parsePrices(GOOD, 'prices.yaml').charges['far']).toMatchObject({ perHour: 0, pieces: 1 });
});

for (const [what, text, words] of [
  [
    'a charge that is not there',
    GOOD.replace('[far]', '[near]'),
    'prices.yaml:8: paths.cross-region: there is no charge near',
  ],
  ['a price below zero', GOOD.replace('0.02', '-1'), 'prices.yaml:5: charges.far.perGB'],
  [
    'a price without its source',
    GOOD.replace(', source: the contract of 2026', ''),
    'prices.yaml:5: charges.far.source',
  ],
  ['a mistyped key', GOOD.replace('perGB', 'perGb'), 'charges.far.perGb: unknown key'],
  ['no date', GOOD.replace('checked: 2026-11-22\n', ''), 'checked: is missing'],
] as const) {
  test(`refuses ${what}, with its line`, () => expect(refusal(text)).toContain(words));
}
