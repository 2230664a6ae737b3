import { expect, test } from '@playwright/test';
import { peerMode, type PeerPolicy } from '../model/peer-authentication.ts';
import { judgeDoors, type Knock, type TriedDoor } from './plaintext.ts';

const MESH = {
  plaintext: 'reset',
  noCertificate: ['certificate required'],
  trustDomain: 'mesh.example',
} as const;
const leaf = (uri: string) => ({
  subject: 'CN=x',
  issuer: '',
  uris: [uri],
  notBefore: 0,
  notAfter: 0,
  pem: '',
});
const OURS = [leaf('spiffe://mesh.example/ns/pay/sa/till')];
const RESET: Knock = { outcome: 'reset', detail: 'read ECONNRESET' };
const REFUSED: Knock = { outcome: 'tls', detail: 'certificate required', chain: OURS };

function door(plaintext: Knock, tls: Knock, mode: TriedDoor['mode'] = 'strict'): TriedDoor {
  const where = { cluster: 'east', namespace: 'pay', pod: 'till-1', app: 'till', port: 8080 };
  return { ...where, mode, level: 'mesh', plaintext, tls };
}

test('a door that turns both callers away in the mesh’s own way is closed', () => {
  const found = judgeDoors([door(RESET, REFUSED)], MESH);
  expect(found).toMatchObject({ holes: [], shut: [], unclear: [], right: { 'mesh: strict': 1 } });
});

for (const [what, plaintext, tls, says] of [
  [
    'an answer in plaintext',
    { outcome: 'ok', detail: 'HTTP 200' },
    RESET,
    'answers plaintext (ok: HTTP 200)',
  ],
  ['a banner in plaintext', { outcome: 'wrong-target' }, RESET, 'answers plaintext'],
  ['an error of the proxy itself', { outcome: 'http-5xx' }, RESET, 'answers plaintext'],
  [
    'TLS that goes through to the workload',
    { outcome: 'reset', detail: 'closed without an answer (FIN)' },
    { outcome: 'ok', chain: [leaf('')] },
    'lets TLS through to the workload',
  ],
  [
    'a client without a certificate that is answered',
    RESET,
    { outcome: 'ok', chain: OURS },
    'answers a client without a certificate',
  ],
  ['TLS answered in plaintext', RESET, { outcome: 'plaintext' }, 'in plaintext'],
] as [string, Knock, Knock, string][]) {
  test(`${what} is a hole, and is named`, () => {
    const { holes, holeAt } = judgeDoors([door(RESET, REFUSED), door(plaintext, tls)], MESH);
    expect(holes).toHaveLength(1);
    expect(holes[0]).toContain('pay/till-1:8080 in east');
    expect(holes[0]).toContain(says);
    expect(holeAt).toEqual([1]);
  });
}

test('a failure that is no rejection proves nothing', () => {
  const dead: Knock = { outcome: 'connect-timeout' };
  expect(judgeDoors([door(dead, dead)], MESH)).toMatchObject({ holes: [], right: {} });
  expect(judgeDoors([door(dead, dead)], MESH).unclear).toHaveLength(1);
  expect(judgeDoors([door({ outcome: 'refused' }, REFUSED)], MESH).unclear).toHaveLength(1);
  const foreign: Knock = { outcome: 'tls', detail: 'certificate required', chain: [] };
  expect(judgeDoors([door(RESET, foreign)], MESH).unclear).toHaveLength(1);
});

test('a door that must let plaintext in and does not is a failed control', () => {
  const { shut, shutAt, right } = judgeDoors(
    [door(RESET, REFUSED, 'permissive'), door({ outcome: 'ok' }, RESET, 'disabled')],
    MESH,
  );
  expect(shut).toHaveLength(1);
  expect(shutAt).toEqual([0]);
  expect(right).toEqual({ 'mesh: disabled': 1 });
});

test('the narrowest policy decides', () => {
  const policies: PeerPolicy[] = [
    {
      namespace: 'pay',
      mode: 'permissive',
      workloads: { till: { mode: 'strict', ports: { 9: 'disabled' } } },
    },
  ];
  const at = (namespace: string, app: string, port: number) =>
    peerMode('strict', policies, { namespace, app, port });
  expect(at('pay', 'till', 9)).toEqual({ mode: 'disabled', level: 'port' });
  expect(at('pay', 'till', 8)).toEqual({ mode: 'strict', level: 'workload' });
  expect(at('pay', 'cart', 9)).toEqual({ mode: 'permissive', level: 'namespace' });
  expect(at('shop', 'till', 9)).toEqual({ mode: 'strict', level: 'mesh' });
});
