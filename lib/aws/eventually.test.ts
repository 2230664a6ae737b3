import { expect, test } from '@playwright/test';
import { eventually, unless } from './eventually.ts';

const held = Object.assign(new Error('something holds it'), { name: 'DependencyViolation' });
const other = Object.assign(new Error('no'), { name: 'UnauthorizedOperation' });
const PATIENCE = { what: 'the thing is gone', on: ['DependencyViolation'], firstMs: 1 };

test('what is held by others for a while is asked for again until it goes', async () => {
  let calls = 0;
  const answer = await eventually(async () => {
    calls += 1;
    if (calls < 3) throw held;
    return calls < 5 ? undefined : 'gone';
  }, PATIENCE);
  expect([answer, calls]).toEqual(['gone', 5]);
});

test('there is a limit, and the last answer is told', async () => {
  const never = eventually(() => Promise.reject(held), { ...PATIENCE, limitMs: 20 });
  await expect(never).rejects.toThrow(/is gone: not within 0.02 s: DependencyViolation: something holds it/);
});

test('an error that does not pass ends the wait at once', async () => {
  let calls = 0;
  const refused = eventually(() => {
    calls += 1;
    return Promise.reject(other);
  }, PATIENCE);
  await expect(refused).rejects.toThrow('no');
  expect(calls).toBe(1);
});

test('an interrupt ends the wait', async () => {
  const stop = new AbortController();
  stop.abort(new Error('interrupted'));
  await expect(eventually(async () => undefined, { ...PATIENCE, signal: stop.signal })).rejects.toThrow(
    'interrupted',
  );
});

test('only the named errors mean that there is nothing', async () => {
  expect(await unless(['DependencyViolation'], Promise.reject(held))).toBeUndefined();
  await expect(unless(['DependencyViolation'], Promise.reject(other))).rejects.toThrow('no');
});
