import { expect, test } from '@playwright/test';
import type { Recording } from '../model/call-plan.ts';
import type { Observation } from '../model/observation.ts';
import { longestWait, longestWithoutNew } from './stops.ts';
import { syntheticRecording } from './synthetic.ts';

const START = 1_000_000;
const empty = syntheticRecording({ seconds: 0, startAt: START, treat: () => ({}) });
const recordingOf = (observations: Observation[]): Recording => ({ ...empty, observations });

/** A change at second `at` that was seen at second `end`. */
const change = (at: number, end: number, outcome: Observation['outcome'] = 'ok'): Observation => ({
  sequence: at,
  intendedAt: START + at * 1000,
  sentAt: START + at * 1000,
  endedAt: START + end * 1000,
  outcome,
});

test('pushes stopped from the first change that waited to the first that was seen again', () => {
  const stopped = [
    change(0, 0.2),
    change(2, 43, 'deadline'),
    change(20, 20.1, 'refused'),
    change(40, 43),
    change(44, 44.2),
  ];
  expect(longestWait(recordingOf(stopped), START)).toBeCloseTo(41_000);
  // What is over before the fault is none of its.
  expect(longestWait(recordingOf(stopped), START + 43_500)).toBeCloseTo(200);
});

test('API servers that take no change stop pushes as well, until one is seen', () => {
  const refused = [change(0, 0.2), change(2, 2.1, 'refused'), change(4, 4.1, 'refused'), change(6, 6.3)];
  expect(longestWait(recordingOf(refused), START)).toBeCloseTo(4300);
  expect(longestWait(recordingOf(refused.slice(0, 3)), START)).toBeCloseTo(2100);
});

/** A handshake at second `at` that showed this certificate. */
const handshake = (at: number, pem?: string): Observation => ({
  ...change(at, at),
  ...(pem === undefined
    ? {}
    : { chain: [{ subject: '', issuer: '', uris: [], notBefore: 0, notAfter: 0, pem }] }),
});

test('no new certificate came between the first sight of one and of the next; one that comes back is not new', () => {
  const seen = [
    handshake(0, 'a'),
    handshake(4, 'b'),
    handshake(5, 'a'),
    handshake(20, 'b'),
    handshake(25),
    handshake(30, 'c'),
    handshake(34, 'd'),
  ];
  expect(longestWithoutNew(recordingOf(seen), START)).toBeCloseTo(26_000);
  expect(longestWithoutNew(recordingOf(seen), START + 31_000)).toBeCloseTo(4000);
});
