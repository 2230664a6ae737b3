import { X509Certificate } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { issueIntermediate, issueLeaf, newRoot } from '../support/ca.ts';
import type { CertificateSeen, Observation } from '../model/observation.ts';
import { judgeLeaves } from './leaves.ts';

const IDENTITY = 'spiffe://lab.example/ns/shop/sa/rotor';
const START = Date.now();

function seen(pem: string): CertificateSeen {
  const { subject, issuer, subjectAltName = '', validFromDate, validToDate } = new X509Certificate(pem);
  const uris = subjectAltName
    .split(/,\s*/)
    .flatMap((name) => (name.startsWith('URI:') ? [name.slice(4)] : []));
  return { subject, issuer, uris, notBefore: validFromDate.getTime(), notAfter: validToDate.getTime(), pem };
}

/** A handshake after so many seconds: the server demands a certificate of the client, and ends it. */
const handshake = (second: number, chain?: CertificateSeen[]): Observation => ({
  sequence: second,
  intendedAt: START + second * 1000,
  sentAt: START + second * 1000,
  endedAt: START + second * 1000,
  outcome: chain ? 'tls' : 'connect-timeout',
  detail: chain ? 'certificate required' : 'ETIMEDOUT',
  ...(chain ? { chain } : {}),
});

test.describe('certificates of a workload', () => {
  let root: Awaited<ReturnType<typeof newRoot>>;
  let signer: Awaited<ReturnType<typeof issueIntermediate>>;
  test.beforeAll(async () => {
    root = await newRoot('one', 30);
    signer = await issueIntermediate(root, 'east');
  });

  const leaf = async (identity = IDENTITY) => [
    seen((await issueLeaf(signer, identity)).certificate),
    seen(signer.certificate),
  ];
  const judged = (handshakes: Observation[], trusted = root.certificate) =>
    judgeLeaves(handshakes, { identity: IDENTITY, root: trusted, overdueMs: 9000 }).map(
      ({ outcome }) => outcome,
    );

  test('are right though the server ends each handshake for want of the client’s', async () => {
    expect(
      judged([handshake(0, await leaf()), handshake(4, await leaf()), handshake(8, await leaf())]),
    ).toEqual(['ok', 'ok', 'ok']);
  });

  test('are overdue when none follows, and right again with the next', async () => {
    const [first, second] = [await leaf(), await leaf()];
    const handshakes = [
      handshake(0, first),
      handshake(9, first),
      handshake(10, first),
      handshake(12, second),
    ];
    const all = judgeLeaves(handshakes, { identity: IDENTITY, root: root.certificate, overdueMs: 9000 });
    expect(all.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'tls', 'ok']);
    expect(all[2]?.detail).toBe('not renewed for 10 s');
  });

  test('of another identity, of another root and expired ones are wrong, each in its own way', async () => {
    expect(judged([handshake(0, await leaf('spiffe://lab.example/ns/shop/sa/cart'))])).toEqual(['identity']);
    const other = await newRoot('other', 30);
    expect(judged([handshake(0, await leaf())], other.certificate)).toEqual(['tls']);
    const late = handshake(10 * 86_400, await leaf());
    expect(judged([late])).toEqual(['tls']);
  });

  test('that nobody showed are what became of the connection', () => {
    expect(judged([handshake(0)])).toEqual(['connect-timeout']);
  });
});
