import { expect, test } from '@playwright/test';
import type { PodEvent } from '../model/upgrade-record.ts';
import { endWords, livesOf, takesCalls } from './lives.ts';

const event = (at: number, what: PodEvent['what'], changes: Partial<PodEvent> = {}): PodEvent => ({
  at,
  cluster: 'east',
  namespace: 'shop',
  pod: 'ledger-1',
  app: 'ledger',
  role: 'workload',
  address: '10.10.1.5',
  what,
  ...changes,
});

test('the life of a pod is the same in whatever order its events were heard', () => {
  const events = [
    event(1000, 'ready', { address: '' }),
    event(5000, 'unlisted'),
    event(5100, 'ending'),
    event(7000, 'stopped', { container: 'agent' }),
    event(9000, 'gone'),
  ];
  const [life] = livesOf(events);
  expect(livesOf(events.toReversed())).toEqual([life]);
  expect(life).toMatchObject({ address: '10.10.1.5', endingAt: 5100, unlistedAt: 5000, goneAt: 9000 });
  expect(life?.stopped).toEqual({ agent: 7000 });
});

test('one that is listed again takes calls, and pods of one name in two clusters are two', () => {
  const again = [event(1000, 'unlisted'), event(2000, 'listed')];
  expect(livesOf(again)[0]?.unlistedAt).toBeUndefined();
  expect(livesOf([...again, event(0, 'ready', { cluster: 'west' })])).toHaveLength(2);
});

test('it takes calls from when it is ready until it is told to end', () => {
  const [life] = livesOf([
    event(1000, 'ready'),
    event(2000, 'unready'),
    event(3000, 'ready'),
    event(4000, 'ending'),
  ]);
  if (!life) throw new Error('no life');
  expect([500, 1500, 2500, 3500, 4500].map((at) => takesCalls(life, at))).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
});

test('its end is told relative to the moment, before and after', () => {
  const [life] = livesOf([event(1000, 'ending'), event(1500, 'unlisted'), event(3000, 'gone')]);
  if (!life) throw new Error('no life');
  expect(endWords(life, 1200)).toBe(
    "ledger-1 in east was told to end 0.2 s before, and taken off the service's addresses 0.3 s later",
  );
  expect(endWords(life, 4000)).toMatch(/, and was gone 1.0 s before$/);
});
