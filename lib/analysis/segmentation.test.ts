import { expect, test } from '@playwright/test';
import type { AccessCell, AccessPolicy } from '../model/access.ts';
import type { Observation } from '../model/observation.ts';
import {
  accessOf,
  accessSeen,
  expectedAccess,
  judgeFence,
  judgeSegmentation,
  requestOf,
} from './segmentation.ts';

const shop = { namespace: 'shop', account: 'cart' };
const policy: AccessPolicy = {
  namespace: 'safe',
  workload: 'vault',
  defaultDeny: true,
  rules: [
    { name: 'identity', action: 'allow', identities: [shop], paths: ['/a'], ports: [8080] },
    { name: 'namespace', action: 'allow', namespaces: ['shop'], paths: ['/b', '/b/*'] },
    { name: 'method', action: 'allow', methods: ['GET'], paths: ['/c'] },
    { name: 'port', action: 'allow', ports: [9090] },
    { name: 'deny', action: 'deny', identities: [shop], paths: ['/b/no'] },
  ],
};
const get = (path: string, method = 'GET', port = 8080) => ({ port, http: { method, path } });

test('rules decide by identity, namespace, method, path and port, and a deny wins', () => {
  const of = (account: string, namespace: string, request: Parameters<typeof expectedAccess>[2]) =>
    expectedAccess(policy, { namespace, account }, request);
  expect(of('cart', 'shop', get('/a'))).toBe('allowed');
  expect(of('cart', 'shop', get('/a', 'GET', 8081))).toBe('denied');
  expect(of('cart', 'other', get('/a'))).toBe('denied');
  expect(of('stock', 'shop', get('/a'))).toBe('denied');
  expect(of('stock', 'shop', get('/b/no'))).toBe('allowed');
  expect(of('cart', 'shop', get('/b/no'))).toBe('denied');
  expect(of('cart', 'other', get('/b'))).toBe('denied');
  expect(of('any', 'other', get('/c'))).toBe('allowed');
  expect(of('any', 'other', get('/c', 'POST'))).toBe('denied');
  expect(of('any', 'other', { port: 9090 })).toBe('allowed');
  expect(of('cart', 'shop', { port: 9091 })).toBe('denied');
  expect(of('cart', 'shop', get('/nothing'))).toBe('denied');
});

test('without rules that allow, only the default denies', () => {
  const open = { ...policy, defaultDeny: false, rules: [] };
  expect(expectedAccess(open, shop, get('/x'))).toBe('allowed');
  expect(expectedAccess({ ...open, defaultDeny: true }, shop, get('/x'))).toBe('denied');
  const denying = policy.rules.filter(({ action }) => action === 'deny');
  expect(expectedAccess({ ...open, rules: denying }, shop, get('/x'))).toBe('allowed');
});

test('requests are read as suites write them', () => {
  expect(requestOf('GET /a/b', 8080)).toEqual(get('/a/b'));
  expect(requestOf('POST :8081/a', 8080)).toEqual(get('/a', 'POST', 8081));
  expect(requestOf('TCP :9090', 8080)).toEqual({ port: 9090 });
  expect(requestOf('nonsense', 8080)).toBeUndefined();
});

test('only the exact way of saying no is a denial, and only the right server an allow', () => {
  const denial = { http: /^HTTP 403: RBAC: access denied$/, tcp: 'reset' as const, tcpWithinMs: 500 };
  const seen = (call: Partial<Observation>, request = get('/a') as Parameters<typeof expectedAccess>[2]) =>
    accessSeen({ sentAt: 0, endedAt: 499, ...call } as Observation, { cluster: 'west', request, denial });
  const place = { cluster: 'west', region: 'r', zone: 'z', node: 'n', pod: 'p' };
  expect(seen({ outcome: 'ok', answeredBy: place })).toBe('allowed');
  expect(seen({ outcome: 'ok', answeredBy: { ...place, cluster: 'east' } })).toBe('unclear');
  expect(seen({ outcome: 'http-4xx', detail: 'HTTP 403: RBAC: access denied' })).toBe('denied');
  expect(seen({ outcome: 'http-4xx', detail: 'HTTP 403: from the application' })).toBe('unclear');
  expect(seen({ outcome: 'http-4xx', detail: 'HTTP 404' })).toBe('unclear');
  expect(seen({ outcome: 'reset' })).toBe('unclear');
  expect(seen({ outcome: 'reset' }, { port: 9090 })).toBe('denied');
  expect(seen({ outcome: 'refused' }, { port: 9090 })).toBe('unclear');
  // The caller's proxy gives a connection up after its own time limit, and that looks the same.
  expect(seen({ outcome: 'reset', endedAt: 500 }, { port: 9090 })).toBe('unclear');
});

test('a TCP connection that ends is a denial only when all of them end so', () => {
  const denial = { http: /x/, tcp: 'reset' as const, tcpWithinMs: 500 };
  const place = { cluster: 'west', region: 'r', zone: 'z', node: 'n', pod: 'p' };
  const calls = (...outcomes: Observation['outcome'][]) =>
    outcomes.map((outcome) => ({ outcome, answeredBy: place, sentAt: 0, endedAt: 5 }) as Observation);
  const of = (seen: readonly Observation[]) =>
    accessOf(seen, { cluster: 'west', request: { port: 9090 }, denial });
  expect(of(calls('reset', 'reset'))).toEqual({ observed: ['denied'] });
  expect(of(calls('ok', 'reset'))).toEqual({ observed: ['allowed', 'unclear'], detail: 'reset' });
  expect(of(calls('refused'))).toEqual({ observed: ['unclear'], detail: 'refused' });
});

test('each unexpected allow and deny is listed by name, and nothing else is', () => {
  const cell = (expected: AccessCell['expected'], observed: AccessCell['observed']): AccessCell => ({
    caller: 'cart@east',
    cluster: 'west',
    request: `GET /${expected}-${observed.join('+')}`,
    expected,
    observed,
  });
  const findings = judgeSegmentation([
    cell('allowed', ['allowed']),
    cell('denied', ['denied']),
    cell('denied', ['denied', 'allowed']),
    cell('allowed', ['denied']),
    cell('allowed', ['unclear']),
    cell('denied', []),
  ]);
  expect(findings).toEqual({
    unexpectedAllows: ['cart@east → west GET /denied-denied+allowed'],
    unexpectedDenies: ['cart@east → west GET /allowed-denied'],
    unclear: ['cart@east → west GET /allowed-unclear', 'cart@east → west GET /denied-'],
  });
});

test('a fence is enforced, absent or leaky only when the open port of the same pod answers', () => {
  const calls = (...outcomes: Observation['outcome'][]) =>
    outcomes.map((outcome) => ({ outcome }) as Observation);
  const open = calls('ok', 'ok');
  expect(judgeFence(open, calls('connect-timeout', 'refused'))).toEqual({ fence: 'enforced' });
  expect(judgeFence(open, calls('ok', 'ok'))).toEqual({ fence: 'unenforced', passed: 2, calls: 2 });
  expect(judgeFence(open, calls('ok', 'connect-timeout'))).toEqual({ fence: 'leaky', passed: 1, calls: 2 });
  expect(judgeFence(calls('connect-timeout'), calls('connect-timeout')).fence).toBe('unclear');
  expect(judgeFence([], calls('connect-timeout')).fence).toBe('unclear');
  expect(judgeFence(open, calls('connect-timeout', 'http-5xx')).fence).toBe('unclear');
  expect(judgeFence(open, []).fence).toBe('unclear');
});
