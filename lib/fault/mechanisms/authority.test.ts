import { X509Certificate } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { issueIntermediate, issueLeaf, newRoot } from '../../support/ca.ts';
import { planFault } from '../plan.ts';
import { samplePlan } from '../sample-plan.ts';
import { authority, EXPIRES_AFTER_MS, isHit, serialOf, whyNotGone } from './authority.ts';
import { heldIn, type ProxySeen } from './proxies.ts';
import { dockerThatSays } from './sample-docker.ts';

const HOUR = 3_600_000;
const planOf = (kind: 'bad-root' | 'certificate-expiry') =>
  samplePlan({ id: `${kind}-1`, mechanism: 'authority', spec: { kind, cluster: 'east' } });

/** A proxy with a certificate that lasts so long, of an authority of a plan's, or of nobody's. */
async function proxy(lastsMs: number, of?: Parameters<typeof serialOf>[0]): Promise<ProxySeen> {
  const terms = of ? { serialNumber: serialOf(of) } : {};
  const root = await newRoot('own test', 1, terms);
  const signer = await issueIntermediate(root, 'east', terms);
  const lasting = { notBefore: new Date(Date.now() - HOUR), notAfter: new Date(Date.now() + lastsMs) };
  const leaf = await issueLeaf(signer, 'spiffe://cluster.local/ns/shop/sa/cart', lasting);
  const [chain, roots] = [[leaf.certificate, signer.certificate], [root.certificate]].map((pems) =>
    pems.map((pem) => new X509Certificate(pem)),
  );
  return { pod: 'shop/cart-1', isReady: true, chain: chain ?? [], roots: roots ?? [] };
}

test('a proxy is hit when it holds what was pushed, and an expiry not before it has expired', async () => {
  const [bad, expiry] = [planOf('bad-root'), planOf('certificate-expiry')];
  expect(isHit(bad, await proxy(HOUR, bad))).toBe(true);
  expect(isHit(bad, await proxy(HOUR))).toBe(false);
  expect(isHit(bad, await proxy(HOUR, { id: 'bad-root-2' }))).toBe(false);
  expect(isHit(expiry, await proxy(HOUR, expiry))).toBe(false);
  expect(isHit(expiry, await proxy(-1000, expiry))).toBe(true);
  expect(isHit(expiry, await proxy(-1000))).toBe(false);
});

test('a fault is not gone from a proxy that holds, or trusts, what was pushed, or that is ready without a valid certificate', async () => {
  const bad = planOf('bad-root');
  const good = await proxy(HOUR);
  const hit = await proxy(HOUR, bad);
  expect(whyNotGone(bad, good)).toBeUndefined();
  expect(whyNotGone(bad, hit)).toBe('shop/cart-1 holds a certificate of the fault');
  expect(whyNotGone(bad, { ...good, roots: [...good.roots, ...hit.roots] })).toBe(
    'shop/cart-1 trusts the bad root',
  );
  expect(whyNotGone(bad, await proxy(-1000))).toBe('shop/cart-1 holds no valid certificate');
  expect(whyNotGone(bad, { ...good, chain: [] })).toBe('shop/cart-1 holds no valid certificate');
  expect(whyNotGone(bad, { ...good, chain: [], isReady: false })).toBeUndefined();
});

test('what proxies hold is read from what Envoy prints; one that says nothing, or half of it, holds nothing', async () => {
  const { chain, roots } = await proxy(HOUR);
  const encode = (certificates: X509Certificate[]) =>
    Buffer.from(certificates.map(String).join('')).toString('base64');
  const dump = JSON.stringify({
    configs: [
      {
        secret: { name: 'default', tls_certificate: { certificate_chain: { inline_bytes: encode(chain) } } },
      },
      { secret: { name: 'ROOTCA', validation_context: { trusted_ca: { inline_bytes: encode(roots) } } } },
    ],
  });
  const held = heldIn(`== shop/a\n${dump}\n== shop/b\n== shop/c\n${dump.slice(0, 300)}\n`);
  const serials = (certificates: X509Certificate[] = []) =>
    certificates.map(({ serialNumber }) => serialNumber);
  expect(serials(held.get('shop/a')?.chain)).toEqual(serials(chain));
  expect(serials(held.get('shop/a')?.roots)).toEqual(serials(roots));
  for (const pod of ['shop/b', 'shop/c']) expect(held.get(pod)).toEqual({ chain: [], roots: [] });
});

test('what is pushed is known by a serial number of the fault’s own, whoever looks', async () => {
  const plan = planOf('bad-root');
  expect(serialOf(plan)).toMatch(/^4d50[0-9a-f]{28}$/);
  expect(serialOf(plan)).not.toBe(serialOf({ id: 'bad-root-2' }));
  const root = await newRoot('own test', 1, { serialNumber: serialOf(plan) });
  expect(new X509Certificate(root.certificate).serialNumber.toLowerCase()).toBe(serialOf(plan));
});

test('an expiry has its full time from when it harms; a mesh whose proxies take no roots cannot be had', () => {
  const lab = fakeLab();
  const options = { run: 'run-1', lastsMs: 60_000 };
  const spec = { kind: 'certificate-expiry', cluster: 'east' } as const;
  expect(() => planFault(spec, lab, options)).toThrow(
    /certificate-expiry: proxies of this mesh take no change/,
  );
  const { environment } = lab;
  const able = { ...lab, environment: { ...environment, mesh: { ...environment.mesh, multiRoot: true } } };
  const plan = planFault(spec, able, options);
  expect(plan.deadline).toBeGreaterThanOrEqual(Date.now() + 59_000 + EXPIRES_AFTER_MS);
  expect(JSON.stringify(plan)).not.toContain('KEY');
});

test('without the key of the root nothing is armed; a way back that is still there is no proof', async ({}, info) => {
  using docker = dockerThatSays({ 'exec east-worker sh -c [ -e': 'there' }, info);
  await expect(authority.arm(planOf('certificate-expiry'))).rejects.toMatchObject({ kind: 'not-applicable' });
  expect(docker.calls()).toEqual([]);
  await expect(authority.proveRevert(planOf('bad-root'))).rejects.toThrow(/was not put back/);
});
