import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import { knownAfterMs, largeAnswerProblems, lifetimeOf } from './dns-answers.ts';
import { syntheticRecording } from './synthetic.ts';

const seen = (given: Partial<Observation>): Observation => ({
  sequence: 0,
  intendedAt: 0,
  sentAt: 0,
  endedAt: 1,
  outcome: 'ok',
  ...given,
});
const all = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`);
const cut = seen({ answers: all.slice(0, 70), truncated: true });
const whole = seen({ answers: all.toReversed() });

test('cut off with a word over UDP and whole over TCP is right', () => {
  expect(largeAnswerProblems({ udp: [cut], tcp: [whole] }, all)).toEqual([]);
});

test('each way in which a large answer goes wrong', () => {
  const silent = seen({ answers: all.slice(0, 70) });
  expect(largeAnswerProblems({ udp: [silent, cut], tcp: [whole] }, all)).toEqual([
    '1 of 2 answers over UDP were cut off (70 of 100 addresses) without saying so: no client asks again over TCP',
  ]);
  expect(largeAnswerProblems({ udp: [cut], tcp: [cut, whole] }, all)[0]).toBe(
    '1 of 2 answers over TCP were not whole: ok with 70 of 100 addresses',
  );
  const refused = seen({ outcome: 'refused', detail: 'ECONNREFUSED' });
  expect(largeAnswerProblems({ udp: [cut], tcp: [refused] }, all)[0]).toContain(
    'refused with 0 of 100 addresses (ECONNREFUSED)',
  );
  expect(largeAnswerProblems({ udp: [whole], tcp: [whole] }, all)[0]).toContain(
    '100 addresses in one datagram',
  );
});

test('lifetimes of answers and of names that are not there', () => {
  expect(lifetimeOf(seen({ ttlSeconds: 30 }))).toEqual({ seconds: 30, negative: false });
  expect(lifetimeOf(seen({ outcome: 'dns-nxdomain', negativeTtlSeconds: 300 }))).toEqual({
    seconds: 300,
    negative: true,
  });
  expect(lifetimeOf(seen({ outcome: 'dns-timeout' }))).toBeUndefined();
});

test('a name is known for good when every resolver has had its turn', () => {
  const question = { createdAt: 1_001_000, answersInARow: 20 };
  // One of two resolvers remembers until 4 s.
  const recording = syntheticRecording({
    seconds: 6,
    ratePerSecond: 10,
    treat: (at, n) => (at < 1500 || (at < 4000 && n % 2 === 0) ? { outcome: 'dns-nxdomain' } : {}),
  });
  expect(knownAfterMs(recording, question)).toBe(2803);
  expect(
    knownAfterMs({ ...recording, observations: recording.observations.slice(0, 45) }, question),
  ).toBeUndefined();
});
