import { expect, test } from '@playwright/test';
import { cidrsOverlap, parseCidr } from './cidr.ts';

test('ranges overlap when they share an address', () => {
  expect(cidrsOverlap('10.0.0.0/8', '10.20.0.0/16')).toBe(true);
  expect(cidrsOverlap('10.10.0.0/16', '10.11.0.0/16')).toBe(false);
  expect(cidrsOverlap('10.10.0.0/16', '10.10.255.255/32')).toBe(true);
});

test('what is no range is none', () => {
  for (const text of ['10.0.0.0', '10.0.0.1/8', '256.0.0.0/8', '10.0.0.0/33', 'x'])
    expect(parseCidr(text)).toBeUndefined();
});
