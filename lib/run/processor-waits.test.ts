import { expect, test } from '@playwright/test';
import { readWait } from './processor-waits.ts';

test('a line of an agent about waiting is read, and nothing else that it prints', () => {
  const wait = { from: 1000, to: 1500, waits: { envoy: 300 } };
  expect(readWait(JSON.stringify(wait))).toEqual(wait);
  expect(readWait(JSON.stringify({ listening: {}, place: {} }))).toBeUndefined();
  expect(readWait('{"from": cut')).toBeUndefined();
  expect(readWait(JSON.stringify({ from: 1, to: 2, waits: { envoy: 'long' } }))).toBeUndefined();
});
