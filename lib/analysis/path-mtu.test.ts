import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import { judgePath } from './path-mtu.ts';

const place = { cluster: 'west', region: 'r', zone: 'z', node: 'n', pod: 'p' };
const SIZES = [256, 1024, 1372, 1472];

/** Five packets of each size, of which `lost` never come back. */
function rows(lostOf: (bytes: number) => number, arrived = false) {
  return SIZES.map((bytes) => ({
    bytes,
    observations: Array.from({ length: 5 }, (_, sequence): Observation => {
      const lost = sequence < lostOf(bytes);
      const times = { sequence, intendedAt: 0, sentAt: 0, endedAt: 1 };
      return lost
        ? { ...times, outcome: 'deadline', ...(arrived ? { answeredBy: place } : {}) }
        : { ...times, outcome: 'ok', answeredBy: place };
    }),
  }));
}

test('a healthy path carries every size, one lost packet included', () => {
  expect(judgePath(rows(() => 0))).toMatchObject({ state: 'healthy' });
  expect(judgePath(rows((bytes) => (bytes === 1472 ? 1 : 0)))).toMatchObject({ state: 'healthy' });
});

test('small packets that pass and large ones that vanish are an MTU black hole', () => {
  const found = judgePath(rows((bytes) => (bytes > 1372 ? 5 : 0)));
  expect(found.state).toBe('black-hole');
  expect(found.words).toContain('up to 1372 bytes of payload pass, with 1472 and more they vanish');
});

test('it tells the direction when the far side saw what it could not answer', () => {
  expect(judgePath(rows((bytes) => (bytes > 1024 ? 5 : 0), true)).words).toContain(
    'their echoes that are lost',
  );
});

test('a path that carries nothing is no black hole', () => {
  expect(judgePath(rows(() => 5))).toMatchObject({ state: 'no-connectivity' });
});

test('loss of any size is loss', () => {
  expect(judgePath(rows((bytes) => (bytes === 1024 ? 3 : 1)))).toMatchObject({ state: 'loss' });
  expect(judgePath(rows(() => 3))).toMatchObject({ state: 'loss' });
});
