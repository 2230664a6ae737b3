import { expect, test } from '@playwright/test';
import { samplePodEvent } from './sample.ts';
import { endWords, livesOf, takesCalls } from './lives.ts';

test('the life of a pod is the same in whatever order its events were heard', () => {
  const events = [
    samplePodEvent(1000, 'ready', { address: '' }),
    samplePodEvent(5000, 'unlisted'),
    samplePodEvent(5100, 'ending'),
    samplePodEvent(7000, 'stopped', { container: 'agent' }),
    samplePodEvent(9000, 'gone'),
  ];
  const [life] = livesOf(events);
  expect(livesOf(events.toReversed())).toEqual([life]);
  expect(life).toMatchObject({ address: '10.10.1.5', endingAt: 5100, unlistedAt: 5000, goneAt: 9000 });
  expect(life?.stopped).toEqual({ agent: 7000 });
});

test('one that is listed again takes calls, and pods of one name in two clusters are two', () => {
  const again = [samplePodEvent(1000, 'unlisted'), samplePodEvent(2000, 'listed')];
  expect(livesOf(again)[0]?.unlistedAt).toBeUndefined();
  expect(livesOf([...again, samplePodEvent(0, 'ready', { cluster: 'west' })])).toHaveLength(2);
});

test('it takes calls from when it is ready until it is told to end', () => {
  const [life] = livesOf([
    samplePodEvent(1000, 'ready'),
    samplePodEvent(2000, 'unready'),
    samplePodEvent(3000, 'ready'),
    samplePodEvent(4000, 'ending'),
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
  const [life] = livesOf([
    samplePodEvent(1000, 'ending'),
    samplePodEvent(1500, 'unlisted'),
    samplePodEvent(3000, 'gone'),
  ]);
  if (!life) throw new Error('no life');
  expect(endWords(life, 1200)).toBe(
    "ledger-1 in east was told to end 0.2 s before, and taken off the service's addresses 0.3 s later",
  );
  expect(endWords(life, 4000)).toMatch(/, and was gone 1.0 s before$/);
});
