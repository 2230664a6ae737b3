import { expect, test } from '@playwright/test';
import { judgeClients, judgeRightClients } from './certificates-refused.ts';
import { type CertificateLife, judgeExpiry } from './certificates.ts';

const DAY = 86_400_000;
const LIMITS = { leafMs: 3_600_000, authorityMs: 30 * DAY };
const life = (kind: CertificateLife['kind'], from: number, to: number) => ({
  holder: `a ${kind}`,
  kind,
  notBefore: from,
  notAfter: to,
});

test('certificates with time left are no finding, and the shortest of each kind is told', () => {
  const lives = [
    life('workload', -DAY, DAY),
    life('workload', 0, 7_200_000),
    life('root', 0, 90 * DAY),
    // 90 s in all, 60 s left: renewed as it should be.
    life('workload', -30_000, 60_000),
  ];
  expect(judgeExpiry(lives, 0, LIMITS)).toEqual({
    expiring: [],
    shortest: { workload: 60_000, root: 90 * DAY },
  });
});

test('a root that expires in ten days is named, with its limit', () => {
  const { expiring } = judgeExpiry(
    [life('root', -DAY, 10 * DAY), life('intermediate', 0, 31 * DAY)],
    0,
    LIMITS,
  );
  expect(expiring).toHaveLength(1);
  expect(expiring[0]).toMatch(
    /^the root certificate of a root expires in 10 days .*, under the limit of 30 days$/,
  );
});

test('expired, not yet valid and never renewed leaves are findings, the nearest end first', () => {
  const { expiring } = judgeExpiry(
    [life('workload', 5, DAY), life('gateway', -90_000, 10_000), life('workload', -DAY, -1)],
    0,
    LIMITS,
  );
  expect(expiring.map((words) => /expired|expires|not valid/.exec(words)?.[0])).toEqual([
    'expired',
    'expires',
    'not valid',
  ]);
});

test('a client is accepted when it got an answer, and refused right only with the right alert', () => {
  const ok = { outcome: 'ok' } as const;
  const tried = [
    { path: 'a', refused: { outcome: 'tls', detail: 'unknown ca' }, control: ok },
    { path: 'b', refused: { outcome: 'tls', detail: 'certificate expired' }, control: ok },
    { path: 'c', refused: { outcome: 'http-4xx', detail: 'HTTP 404' }, control: ok },
    { path: 'd', refused: { outcome: 'reset' }, control: { outcome: 'connect-timeout' } },
  ] as const;
  expect(judgeClients(tried, ['unknown ca'])).toEqual({
    accepted: ['c (http-4xx: HTTP 404)'],
    otherwise: ['b: tls: certificate expired', 'd: reset'],
    deaf: ['d: connect-timeout'],
  });
});

test('a client that must be let in is refused by an alert only, and no answer at all proves nothing', () => {
  const clients = [
    { path: 'a', seen: { outcome: 'ok' } },
    { path: 'b', seen: { outcome: 'http-4xx', detail: 'HTTP 403' } },
    { path: 'c', seen: { outcome: 'tls', detail: 'protocol version' } },
    { path: 'd', seen: { outcome: 'reset' } },
    { path: 'e', seen: { outcome: 'deadline' } },
    { path: 'f', seen: { outcome: 'tls', detail: 'here: no protocols available' } },
    { path: 'g', seen: { outcome: 'plaintext' } },
  ] as const;
  expect(judgeRightClients(clients)).toEqual({
    refused: ['c: tls: protocol version'],
    unanswered: ['d: reset', 'e: deadline', 'f: tls: here: no protocols available', 'g: plaintext'],
  });
});
