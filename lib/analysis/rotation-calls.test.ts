import { expect, test } from '@playwright/test';
import type { Recording } from '../model/call-plan.ts';
import type { Observation } from '../model/observation.ts';
import { judgeLostCalls } from './rotation-calls.ts';
import { judgeTrust, type TrustLook } from './rotation-trust.ts';

const place = (cluster: string) => ({ cluster, region: 'r', zone: 'z', node: 'n', pod: 'p' });

function flow(change: (sequence: number) => Partial<Observation> = () => ({})) {
  const observations = Array.from({ length: 100 }, (_, sequence): Observation => {
    const at = sequence * 20;
    const answeredBy = place(sequence % 2 ? 'east' : 'west');
    const call: Observation = {
      sequence,
      intendedAt: at,
      sentAt: at,
      endedAt: at + 5,
      outcome: 'ok',
      answeredBy,
    };
    return { ...call, ...change(sequence) };
  });
  const target = { protocol: 'tcp', host: 'rotor', port: 9090 } as const;
  const plan = { id: 'p', target, ratePerSecond: 50, count: 100, deadlineMs: 2000 };
  const recording: Recording = {
    plan,
    caller: place('east'),
    observations,
    complete: true,
    clockOffsetMs: 0,
    clockUncertaintyMs: 0,
  };
  return { name: 'cart in east → rotor', recording };
}

const terms = { busyMs: 250, aftermathMs: 1000 };

test('no failed call: nothing lost, and who answered is counted', () => {
  const lost = judgeLostCalls([flow()], terms);
  expect(lost).toEqual({
    calls: 100,
    failed: 0,
    answered: { east: 50, west: 50 },
    broken: [],
    undecided: [],
  });
});

test('one failed call breaks the promise, and the words say how it ended', () => {
  const lost = judgeLostCalls(
    [flow(), flow((n) => (n === 7 ? { outcome: 'reset', detail: 'ECONNRESET' } : {}))],
    terms,
  );
  expect(lost.failed).toBe(1);
  expect(lost.broken.join()).toContain(
    '1 × reset: ECONNRESET (first at 1970-01-01T00:00:00.140Z) of 100 calls',
  );
});

test('a failure counts on a quiet machine; around a moment in which the machine was busy it is undecided', () => {
  const lostAt = (n: number, at: number): Partial<Observation> =>
    n === at ? { outcome: 'reset', detail: 'closed' } : {};
  const busyAt7 = (n: number): Partial<Observation> => (n === 7 ? { sentAt: n * 20 + 400 } : {});
  expect(judgeLostCalls([flow((n) => lostAt(n, 30))], terms).broken).toHaveLength(1);
  const soon = judgeLostCalls([flow((n) => ({ ...busyAt7(n), ...lostAt(n, 30) }))], terms);
  expect(soon.broken).toEqual([]);
  expect(soon.undecided.join()).toContain('the machine was busy: calls left up to 400 ms late');
  expect(judgeLostCalls([flow((n) => ({ ...busyAt7(n), ...lostAt(n, 90) }))], terms).broken).toHaveLength(1);
});

test('a proxy that distrusts its peer is never the machine’s doing', () => {
  const distrust: Partial<Observation> = {
    outcome: 'http-5xx',
    detail: 'HTTP 503: TLS_error:CERTIFICATE_VERIFY_FAILED',
  };
  const busy = flow((n) => ({ sentAt: n * 20 + 400, ...(n === 7 ? distrust : {}) }));
  expect(judgeLostCalls([busy], terms).broken).toHaveLength(1);
});

test('calls that the agent could not send say nothing; none at all is no verdict', () => {
  const unsent = judgeLostCalls([flow(() => ({ outcome: 'refused', agentFault: true }))], terms);
  expect(unsent).toMatchObject({
    calls: 0,
    failed: 0,
    broken: [],
    undecided: ['cart in east → rotor: no call was sent'],
  });
});

const look = (change: Partial<TrustLook> = {}): TrustLook => ({
  server: 'payments-1 in east',
  taken: 'refused',
  control: 'trusted',
  detail: 'unknown ca',
  ...change,
});

test('a root that is withdrawn must be refused by everyone: one that still trusts it is named', () => {
  expect(judgeTrust([look(), look()], 'refused').asExpected).toBe(true);
  const still = judgeTrust(
    [look(), look({ server: 'cart-2 in west', taken: 'trusted', detail: 'ok' })],
    'refused',
  );
  expect(still.broken).toEqual(['cart-2 in west still trusts it (ok)']);
});

test('a server that has not heard of a new root is named', () => {
  expect(judgeTrust([look()], 'trusted').broken).toEqual([
    'payments-1 in east does not trust it (unknown ca)',
  ]);
});

test('a refusal without its control, and a lost connection, say nothing', () => {
  expect(judgeTrust([look({ control: 'refused' })], 'refused')).toMatchObject({
    asExpected: false,
    broken: [],
  });
  expect(judgeTrust([look({ taken: 'undecided' })], 'refused')).toMatchObject({
    asExpected: false,
    broken: [],
  });
  expect(judgeTrust([], 'refused').undecided).toEqual(['no server was asked']);
});
