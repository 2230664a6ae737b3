import { expect, test } from '@playwright/test';
import { startPushing } from './pushing.ts';

/** A control plane on paper: what is changed is what the proxy has, unless it is away. */
function controlPlane(treat: { takes?: (generation: number) => Promise<void>; tells?: boolean } = {}) {
  let has = { generation: 0, since: 0 };
  let asked: (() => void) | undefined;
  const pushing = startPushing({
    everyMs: 20,
    count: 3,
    deadlineMs: 200,
    lookEveryMs: 5,
    server: 'the API server of east',
    async change(generation) {
      await treat.takes?.(generation);
      if (treat.tells !== false) has = { generation, since: Date.now() };
    },
    async ask() {
      asked?.();
      return has;
    },
  });
  return { pushing, asked: () => new Promise<void>((resolve) => (asked = resolve)) };
}

test('every change that the proxy took up is seen, and it ends by itself', async () => {
  const { pushing } = controlPlane();
  await pushing.finish();
  const { observations, complete } = pushing.seen();
  expect(complete).toBe(true);
  expect(observations.map(({ sequence, outcome }) => [sequence, outcome])).toEqual([[1, 'ok']]);
});

test('changes do not wait for an API server that hangs, and say that it did', async () => {
  const { pushing } = controlPlane({
    takes: (generation) => (generation === 1 ? new Promise(() => {}) : Promise.resolve()),
  });
  await expect.poll(() => pushing.seen().observations.length).toBe(3);
  await pushing.finish();
  const [first, ...others] = pushing.seen().observations;
  expect(others.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  // The proxy has a later one, but nobody took this.
  expect(first?.outcome).toBe('deadline');
  expect(first?.detail).toBe('the API server of east: no answer within 200 ms');
});

test('an API server that refuses, and a control plane that tells nobody, are told apart', async () => {
  const refusing = controlPlane({ takes: () => Promise.reject(new Error('ECONNREFUSED')) });
  await expect.poll(() => refusing.pushing.seen().observations.length).toBe(3);
  await refusing.pushing.stop();
  expect(refusing.pushing.seen().observations[0]).toMatchObject({
    outcome: 'refused',
    detail: 'the API server of east: ECONNREFUSED',
  });
  const mute = controlPlane({ tells: false });
  await expect.poll(() => mute.pushing.seen().observations.length).toBe(3);
  await mute.pushing.finish();
  expect(mute.pushing.seen().observations.map(({ outcome }) => outcome)).toEqual([
    'deadline',
    'deadline',
    'deadline',
  ]);
});
