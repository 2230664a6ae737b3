import { expect, test } from '@playwright/test';
import { wasHeldUp } from './held-up.ts';

/** The host took 60 % from 10 s to 12 s. */
const stolen = { worstBetween: (from: number, to: number) => (to > 10_000 && from < 12_000 ? 0.6 : 0.05) };

for (const [what, times, outcome, held] of [
  ['a deadline meanwhile', [9500, 11_500], 'deadline', true],
  ['one that began before', [8000, 10_100], 'connect-timeout', true],
  ['an error of the proxy soon after', [14_000, 14_010], 'http-5xx', true],
  ['an error long after', [15_100, 15_200], 'http-5xx', false],
  ['a deadline at another time', [3000, 5000], 'deadline', false],
  ['a slow answer', [10_500, 11_100], 'ok', true],
  ['a quick answer', [10_500, 10_600], 'ok', false],
  ['a wrong identity', [10_500, 11_500], 'identity', false],
  ['plaintext', [10_500, 11_500], 'plaintext', false],
  ['a refused connection', [10_500, 10_501], 'refused', false],
] as const) {
  test(`${what} is ${held ? '' : 'not '}laid to stolen time`, () => {
    const [intendedAt, endedAt] = times;
    expect(wasHeldUp({ intendedAt, endedAt }, outcome, stolen)).toBe(held);
  });
}
