// oxlint-disable-next-line import/no-unassigned-import -- the x509 package asks for this polyfill
import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { type TlsOptions, createServer } from 'node:tls';
import { expect, test } from '@playwright/test';
import * as x509 from '@peculiar/x509';
import { connectAgent } from '../client.ts';
import { type LocalAgent, startLocalAgent } from '../local-agent.ts';

const SPIFFE = 'spiffe://lab.example/ns/shop/sa/cart';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

test.describe('TLS calls of the agent', () => {
  let agent: LocalAgent;
  let material: Awaited<ReturnType<typeof makeChain>>;
  const servers: Server[] = [];

  test.beforeAll(async () => {
    [agent, material] = await Promise.all([startLocalAgent(), makeChain()]);
  });
  test.afterAll(async () => {
    for (const server of servers) server.close();
    await agent.stop();
  });

  async function handshake(options: TlsOptions, alpn?: string[]) {
    const server = createServer({ key: material.key, cert: material.chain, ...options }, (socket) => {
      socket.on('error', () => {});
    });
    server.on('tlsClientError', () => {});
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await using client = await connectAgent(agent.channel());
    const target = { protocol: 'tls', host: '127.0.0.1', port, ...(alpn ? { alpn } : {}) } as const;
    const recording = await client.call(target, { deadlineMs: 1500 });
    return recording.observations[0];
  }

  test('gives the chain as sent, leaf first, with its SPIFFE ID', async () => {
    const seen = await handshake({ ALPNProtocols: ['istio'] }, ['istio']);
    expect(seen?.outcome).toBe('ok');
    expect(seen?.detail).toBe('TLSv1.3 alpn=istio');
    expect(seen?.chain?.map(({ uris }) => uris)).toEqual([[SPIFFE], []]);
    expect(seen?.chain?.[0]).toMatchObject({ issuer: 'CN=Intermediate', notAfter: material.notAfter });
    const leaf = new x509.X509Certificate(seen?.chain?.[0]?.pem ?? '');
    const issuer = new x509.X509Certificate(seen?.chain?.[1]?.pem ?? '');
    expect(await leaf.verify({ publicKey: issuer, signatureOnly: true })).toBe(true);
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`${version}: a server that wants a client certificate is a tls outcome, with its chain`, async () => {
      const seen = await handshake({
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: version,
        maxVersion: version,
      });
      expect(seen?.outcome).toMatch(/^(tls|reset)$/);
      expect(seen?.chain?.[0]?.uris).toEqual([SPIFFE]);
    });
  }

  test('a server that speaks in clear is a plaintext outcome', async () => {
    await using client = await connectAgent(agent.channel());
    const target = { protocol: 'tls', host: '127.0.0.1', port: agent.ports.http } as const;
    const { observations } = await client.call(target);
    expect(observations[0]?.outcome).toBe('plaintext');
  });
});

/** A root, an intermediate, and a workload certificate with a SPIFFE ID and no subject, as a mesh issues them. */
async function makeChain() {
  const notBefore = new Date('2026-01-01T00:00:00Z');
  const notAfter = new Date('2036-01-01T00:00:00Z');
  const pair = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const [root, intermediate, leaf] = [await pair(), await pair(), await pair()];
  const ca = new x509.BasicConstraintsExtension(true, undefined, true);
  const between = { notBefore, notAfter, signingAlgorithm: ALGORITHM };
  const middle = await x509.X509CertificateGenerator.create({
    ...between,
    serialNumber: '02',
    subject: 'CN=Intermediate',
    issuer: 'CN=Root',
    publicKey: intermediate.publicKey,
    signingKey: root.privateKey,
    extensions: [ca],
  });
  const workload = await x509.X509CertificateGenerator.create({
    ...between,
    serialNumber: '03',
    subject: '',
    issuer: 'CN=Intermediate',
    publicKey: leaf.publicKey,
    signingKey: intermediate.privateKey,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: SPIFFE }], true)],
  });
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', leaf.privateKey)).toString('base64');
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
    chain: `${workload.toString('pem')}\n${middle.toString('pem')}\n`,
    notAfter: notAfter.getTime(),
  };
}
