// oxlint-disable-next-line import/no-unassigned-import -- the x509 package asks for this polyfill
import 'reflect-metadata';
import { type AddressInfo, type Server, createServer as createTcpServer } from 'node:net';
import { type TlsOptions, createServer } from 'node:tls';
import { expect, test } from '@playwright/test';
import * as x509 from '@peculiar/x509';
import type { CallTarget, ClientCertificate } from '../../model/call-plan.ts';
import { connectAgent } from '../client.ts';
import { type LocalAgent, startLocalAgent } from '../local-agent.ts';
import { selfSigned } from './serve/self-signed.ts';

const here = '127.0.0.1';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
type TlsTarget = Extract<CallTarget, { protocol: 'tls' }>;

test.describe('TLS calls of the agent that a server refuses', () => {
  let agent: LocalAgent;
  let material: Awaited<ReturnType<typeof makeMaterial>>;
  const servers: Server[] = [];

  test.beforeAll(async () => {
    [agent, material] = await Promise.all([startLocalAgent({ pod: 'agent-7' }), makeMaterial()]);
  });
  test.afterAll(async () => {
    for (const server of servers) server.close();
    await agent.stop();
  });

  async function call(target: Omit<TlsTarget, 'protocol' | 'host'>) {
    await using client = await connectAgent(agent.channel());
    const { observations } = await client.call(
      { protocol: 'tls', host: here, ...target },
      { deadlineMs: 1500 },
    );
    return observations[0];
  }

  async function serve(options: TlsOptions): Promise<number> {
    const { key, cert } = material.server;
    const server = createServer({ key, cert, ...options }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}'));
    });
    server.on('tlsClientError', () => {});
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, here, resolve));
    return (server.address() as AddressInfo).port;
  }
  const mutual = (version: 'TLSv1.2' | 'TLSv1.3') =>
    serve({
      ca: material.ca,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: version,
      maxVersion: version,
    });

  test('passes through to the TLS echo of an agent', async () => {
    const seen = await call({ port: agent.ports.tls, request: true, serverName: 'web.test' });
    expect(seen).toMatchObject({
      outcome: 'ok',
      answeredBy: { pod: 'agent-7' },
      tls: { version: 'TLSv1.3', cipher: expect.stringMatching(/^TLS_/) },
    });
    expect(seen?.chain?.[0]?.subject).toBe('CN=agent-7');
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`${version}: shows a client certificate, and hears that one is required`, async () => {
      const port = await mutual(version);
      const missing = version === 'TLSv1.3' ? 'certificate required' : 'handshake failure';
      expect(await call({ port, request: true })).toMatchObject({ outcome: 'tls', detail: missing });
      const shown = await call({ port, request: true, clientCertificate: material.client });
      expect(shown?.outcome).toBe('wrong-target'); // it answered, and is no agent
    });
  }

  test('the detail is the alert in the words of RFC 8446', async () => {
    // Alert numbers of RFC 8446 §6. A server of node:tls sends none of them itself.
    const alerts = [
      [42, 'bad certificate'],
      [44, 'certificate revoked'],
      [45, 'certificate expired'],
      [46, 'certificate unknown'],
      [48, 'unknown ca'],
      [49, 'access denied'],
      [70, 'protocol version'],
      [116, 'certificate required'],
    ] as const;
    for (const [number, words] of alerts) {
      const server = createTcpServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, number])));
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, here, resolve));
      const seen = await call({ port: (server.address() as AddressInfo).port });
      expect([seen?.outcome, seen?.detail]).toEqual(['tls', words]);
    }
  });

  test('offers the versions and ciphers that it is told to', async () => {
    const modern = await serve({ minVersion: 'TLSv1.2' });
    const old = await call({ port: modern, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' });
    expect(old).toMatchObject({ outcome: 'tls', detail: 'protocol version' });
    const cipher = 'ECDHE-ECDSA-AES256-GCM-SHA384';
    const chosen = await call({ port: modern, maxVersion: 'TLSv1.2', ciphers: cipher });
    expect(chosen).toMatchObject({ outcome: 'ok', tls: { version: 'TLSv1.2', cipher } });
    const picky = await serve({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' });
    expect(await call({ port: picky, maxVersion: 'TLSv1.2', ciphers: cipher })).toMatchObject({
      outcome: 'tls',
      detail: 'handshake failure',
    });
    expect(await call({ port: modern, ciphers: 'NO-SUCH-CIPHER' })).toMatchObject({
      outcome: 'tls',
      detail: expect.stringMatching(/^here: /),
      agentFault: true,
    });
  });
});

/** A CA with a client certificate, and a server. */
async function makeMaterial() {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Root',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=client',
    issuer: 'CN=Root',
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    signingAlgorithm: ALGORITHM,
    publicKey: own.publicKey,
    signingKey: keys.privateKey,
  });
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', own.privateKey)).toString('base64');
  const client: ClientCertificate = {
    certificate: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
  };
  return { ca: ca.toString('pem'), server: selfSigned('server'), client };
}
