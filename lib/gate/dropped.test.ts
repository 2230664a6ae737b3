import { expect, test } from '@playwright/test';
import type { Observation } from '../model/observation.ts';
import type { SaidLine } from '../model/upgrade-record.ts';
import { droppedCalls } from './dropped.ts';

const T0 = Date.parse('2026-03-10T12:00:00Z');
const steps = [
  { words: 'data plane of east', startedAt: T0 + 1000, endedAt: T0 + 3000 },
  { words: 'data plane of west', startedAt: T0 + 5000, endedAt: T0 + 7000 },
];

const caller = { cluster: 'west', region: 'r', zone: 'z', node: 'n', pod: 'cart-1' };
const call = (atMs: number, more: Partial<Observation> = {}): Observation => ({
  sequence: 0,
  intendedAt: T0 + atMs,
  sentAt: T0 + atMs,
  endedAt: T0 + atMs + 1,
  outcome: 'reset',
  ...more,
});
const list = (observations: Observation[], clockOffsetMs = 0) =>
  droppedCalls(
    { observations, clockOffsetMs, clockUncertaintyMs: 0, caller },
    { phase: 'upgrade', path: 'a → b', steps },
  );

test('every call that was lost is listed, and no other', () => {
  const calls = [
    call(1, { outcome: 'ok' }),
    call(2),
    call(3, { outcome: 'http-5xx' }),
    call(4, { outcome: 'ok' }),
  ];
  expect(list(calls).map(({ outcome }) => outcome)).toEqual(['reset', 'http-5xx']);
});

test('a lost call is told with the step that was being taken, or the last one before it', () => {
  expect(list([call(0), call(1000), call(3001), call(6000), call(9000)]).map(({ step }) => step)).toEqual([
    'before the first step',
    'data plane of east',
    'after data plane of east',
    'data plane of west',
    'after data plane of west',
  ]);
});

test("the caller's clock is set right first", () => {
  expect(list([call(1009)], 10)[0]).toMatchObject({
    at: '2026-03-10T12:00:00.999Z',
    step: 'before the first step',
  });
});

test('what the machine did is not held against the mesh, and what nobody knows is said as it was seen', () => {
  const [held, unsent, seen, bare] = list([
    call(1, { heldUp: true, detail: 'ECONNRESET' }),
    call(2, { agentFault: true }),
    call(3, { outcome: 'http-5xx', detail: '503', responseFlags: 'UF' }),
    call(4),
  ]);
  expect([held, unsent].map((one) => one?.cause.by)).toEqual(['machine', 'machine']);
  expect(seen?.cause).toEqual({ by: 'unknown', words: '503, UF' });
  expect(bare?.cause).toEqual({ by: 'unknown', words: 'reset' });
});

test('with what was watched, the cause is what that says, by the clock of who watched', () => {
  const line: SaidLine = {
    startedAt: T0 + 1000,
    endedAt: T0 + 1001,
    side: 'client',
    requestId: 'r',
    service: 'payments.shop.svc.cluster.local',
    port: 8080,
    upstream: '',
    code: 'NR',
    words: 'the proxy had no route for it',
    kind: 'no-configuration',
    cluster: 'west',
    pod: 'cart-1',
  };
  const watched = {
    service: 'payments',
    port: 8080,
    clusters: [],
    record: { events: [], lines: [line], waits: [], unread: [] },
  };
  const causeAt = (offset: number) =>
    droppedCalls(
      { observations: [call(6000)], clockOffsetMs: offset, clockUncertaintyMs: 0, caller },
      { phase: 'upgrade', path: 'a → b', steps, watched },
    )[0]?.cause.by;
  expect(causeAt(5000)).toBe('mesh');
  expect(causeAt(0), 'another moment').toBe('unknown');
});
