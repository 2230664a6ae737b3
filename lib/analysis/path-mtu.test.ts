import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import { judgePath } from './path-mtu.ts';

const place = { cluster: 'west', region: 'r', zone: 'z', node: 'n', pod: 'p' };
const judged = (found: Parameters<typeof judgePath>[0]) => judgePath(found, { errorRatio: 0.001, paths: 11 });
const SIZES = [256, 1024, 1372, 1472];

/** Packets of each size, of which `lost` never come back. */
function rows(lostOf: (bytes: number) => number, arrived = false, sent = 5) {
  return SIZES.map((bytes) => ({
    bytes,
    observations: Array.from({ length: sent }, (_, sequence): Observation => {
      const lost = sequence < lostOf(bytes);
      const times = { sequence, intendedAt: 0, sentAt: 0, endedAt: 1 };
      return lost
        ? { ...times, outcome: 'deadline', ...(arrived ? { answeredBy: place } : {}) }
        : { ...times, outcome: 'ok', answeredBy: place };
    }),
  }));
}

test('a healthy path carries every size, one lost packet included', () => {
  expect(judged(rows(() => 0))).toMatchObject({ state: 'healthy' });
  expect(judged(rows((bytes) => (bytes === 1472 ? 1 : 0)))).toMatchObject({ state: 'healthy' });
});

test('small packets that pass and large ones that vanish are an MTU black hole', () => {
  const found = judged(rows((bytes) => (bytes > 1372 ? 5 : 0)));
  expect(found.state).toBe('black-hole');
  expect(found.words).toContain('up to 1372 bytes of payload pass, with 1472 and more they vanish');
});

test('it tells the direction when the far side saw what it could not answer', () => {
  expect(judged(rows((bytes) => (bytes > 1024 ? 5 : 0), true)).words).toContain('their echoes that are lost');
});

test('a path that carries nothing is no black hole', () => {
  expect(judged(rows(() => 5))).toMatchObject({ state: 'no-connectivity' });
});

test('loss of any size is loss', () => {
  expect(judged(rows((bytes) => (bytes === 1024 ? 3 : 1)))).toMatchObject({ state: 'loss' });
  expect(judged(rows(() => 3))).toMatchObject({ state: 'loss' });
});

test('a path that loses two in five is not healthy, and neither is one that loses one of each size', () => {
  expect(judged(rows(() => 2))).toEqual({
    state: 'loss',
    words:
      '8 of 20 packets of all sizes were lost, where 2 may be: 2 of 5 with 256 bytes, 2 of 5 with 1024 bytes, 2 of 5 with 1372 bytes, 2 of 5 with 1472 bytes',
  });
  expect(judged(rows(() => 1)).words).toMatch(/^4 of 20 packets were lost, where 2 may be: 1 of 5 with 256/);
});

test('half of the large packets is loss, and no black hole', () => {
  const found = judged(rows((bytes) => (bytes > 1372 ? 5 : 0), false, 10));
  expect(found).toMatchObject({ state: 'loss', words: expect.stringContaining('5 of 10 with 1472 bytes') });
});

test('a path of no packets is not healthy', () => {
  expect(judged([]).state).toBe('no-connectivity');
});
