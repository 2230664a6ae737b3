import { expect, test } from '@playwright/test';
import { readWait } from './processor-waits.ts';

test('a line of an agent about waiting is read, and nothing else that it prints', () => {
  const wait = { from: 1000, to: 1500, waits: { envoy: 300 } };
  const read = (line: string) => readWait(line, ['agent', 'envoy']);
  expect(read(JSON.stringify(wait))).toEqual(wait);
  expect(
    read(JSON.stringify({ ...wait, waits: { ...wait.waits, other: 400 } })),
    'no call passes it',
  ).toEqual(wait);
  expect(read(JSON.stringify({ ...wait, waits: { other: 400 } }))).toBeUndefined();
  expect(read(JSON.stringify({ listening: {}, place: {} }))).toBeUndefined();
  expect(read('{"from": cut')).toBeUndefined();
  expect(read(JSON.stringify({ from: 1, to: 2, waits: { envoy: 'long' } }))).toBeUndefined();
});
