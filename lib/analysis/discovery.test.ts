import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import type { Call } from './calls.ts';
import { type EndpointChange, isUnsent, noticed, strays } from './discovery.ts';

const nobody = { outcome: 'http-5xx', responseFlag: 'UH' } as const;
const UNSENT = { outcome: 'http-5xx', responseFlags: 'UH (no healthy upstream)' } as const;

/** One call every 50 ms from 0, each ending 5 ms later; a string is the cluster that answered. */
function callsLike(outcomes: readonly (string | Partial<Observation>)[]): Call[] {
  return outcomes.map((each, index) => {
    const at = index * 50;
    const times = { sequence: index, intendedAt: at, sentAt: at, endedAt: at + 5 };
    const observation: Observation =
      typeof each === 'string'
        ? {
            ...times,
            outcome: 'ok',
            answeredBy: { cluster: each, region: '', zone: '', node: '', pod: `${each}-0` },
          }
        : { ...times, outcome: 'reset', ...each };
    return { at, endAt: at + 5, ok: observation.outcome === 'ok', latencyMs: 5, observation };
  });
}
const many = <T>(count: number, what: T): T[] => Array.from({ length: count }, () => what);
const change = (kind: EndpointChange['kind'], at: number): EndpointChange => ({ kind, at, cluster: 'west' });
const alone = { share: 1, nobody };

test('an endpoint that came is noticed with its first answer', () => {
  const calls = callsLike([...many(4, UNSENT), ...many(5, 'west')]);
  expect(noticed(change('added', 20), calls, alone)).toMatchObject({ tookMs: 185 });
});

test('an endpoint that serves alone is noticed when the failures end', () => {
  const calls = callsLike([UNSENT, 'west', UNSENT, ...many(5, 'west')]);
  expect(noticed(change('added', 20), calls, alone)).toMatchObject({ tookMs: 135 });
  expect(noticed(change('added', 20), calls.slice(0, -1), alone).tookMs).toBeUndefined();
});

test('one of several is noticed with its first answer', () => {
  const calls = callsLike(['east', 'east', 'west', 'east']);
  expect(noticed(change('added', 0), calls, { share: 1 / 6, nobody })).toMatchObject({ tookMs: 105 });
});

test('an endpoint that nobody reaches is never noticed', () => {
  expect(noticed(change('added', 0), callsLike(many(40, 'east')), alone)).toEqual({ calls: 40 });
});

test('an endpoint that went is noticed with the last call that was sent to it', () => {
  const calls = callsLike([...many(4, 'west'), ...many(6, UNSENT)]);
  expect(noticed(change('removed', 20), calls, alone)).toMatchObject({ tookMs: 135 });
});

test('calls into the void are calls to an endpoint that is gone: stale', () => {
  const calls = callsLike(['west', 'west', ...many(20, { outcome: 'connect-timeout' } as const)]);
  expect(noticed(change('removed', 60), calls, alone).tookMs).toBeUndefined();
});

test('a silence that chance explains is none', () => {
  const share = 1 / 6;
  const calls = callsLike([...many(4, 'west'), ...many(37, 'east')]);
  expect(noticed(change('removed', 20), calls, { share, nobody }).tookMs).toBeUndefined();
  const longer = callsLike([...many(4, 'west'), ...many(38, 'east')]);
  expect(noticed(change('removed', 20), longer, { share, nobody })).toMatchObject({ tookMs: 135 });
});

test('a removal before which nobody called at all takes no time', () => {
  expect(noticed(change('removed', 0), callsLike(many(8, UNSENT)), alone)).toMatchObject({ tookMs: 0 });
});

test('another refusal than that of no endpoint counts as sent', () => {
  const [call] = callsLike([{ outcome: 'http-5xx', responseFlags: 'UF (connection refused)' }]);
  expect(call && isUnsent(call.observation, nobody)).toBe(false);
});

const ENDS: (string | Partial<Observation>)[] = ['west', { outcome: 'deadline' }, 'east', 'west', UNSENT, {}];
const straysAfter = (kind: EndpointChange['kind'], isAlone: boolean) =>
  strays({ change: change(kind, 0), from: -1, to: 1000, alone: isAlone }, callsLike(ENDS), nobody);

test('an addition that does not hold: calls sent nowhere, or to somebody else', () => {
  expect(straysAfter('added', true)).toEqual({ 'ok: east-0': 1, 'http-5xx': 1 });
  expect(straysAfter('added', false)).toEqual({});
});

test('a removal that does not hold: calls that are answered from there, or sent at all where nobody is left', () => {
  expect(straysAfter('removed', true)).toEqual({ 'ok: west-0': 2, 'ok: east-0': 1, reset: 1 });
  expect(straysAfter('removed', false)).toEqual({ 'ok: west-0': 2 });
});

test('what happens before it was noticed, or after the next change began, is not held against it', () => {
  const settled = { change: change('removed', 0), from: 0, to: 150, alone: true };
  expect(strays(settled, callsLike(ENDS), nobody)).toEqual({ 'ok: east-0': 1 });
});
