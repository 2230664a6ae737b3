import { expect, test } from '@playwright/test';
import { createControl } from './control.ts';

test('a skip ends what is waited for, and only that', async () => {
  const control = createControl();
  const from = Date.now();
  const waiting = control.wait(60_000);
  control.skip();
  await waiting;
  await control.wait(200);
  expect(Date.now() - from).toBeGreaterThanOrEqual(200);
  expect(Date.now() - from).toBeLessThan(10_000);
});

test('a pause stops the clock of a wait', async () => {
  const control = createControl();
  control.pause(true);
  let over = false;
  const waiting = control.wait(100).then(() => (over = true));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(over).toBe(false);
  control.pause(false);
  await waiting;
});

test('an abort ends every wait with its reason, also of people, and the first one counts', async () => {
  const signal = new AbortController();
  const control = createControl(signal.signal);
  const waits = [control.wait(60_000), control.until(new Promise(() => undefined))];
  control.abort({ by: 'condition', reason: 'too many errors' });
  signal.abort();
  for (const one of waits) await expect(one).rejects.toThrow('halted: too many errors');
  expect(control.aborted?.by).toBe('condition');
  await expect(control.wait(0)).rejects.toThrow('halted');
});
