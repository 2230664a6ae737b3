import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { createSocket } from 'node:dgram';
import { expect, test } from '@playwright/test';
import type { CallTarget } from '../../model/call-plan.ts';
import { type AgentClient, connectAgent } from '../client.ts';
import { type LocalAgent, startLocalAgent } from '../local-agent.ts';
import { bitFlippedAt, cutAfter, harmfulRelay } from './sample-relay.ts';

const here = '127.0.0.1';
const SIZES = [1, 1024, 65_536, 1_048_576, 10_485_760];

test.describe('protocols of the agent', () => {
  let agent: LocalAgent;
  let client: AgentClient;

  test.beforeAll(async () => {
    agent = await startLocalAgent({ cluster: 'west', pod: 'agent-7' });
    client = await connectAgent(agent.channel());
  });
  test.afterAll(async () => {
    await client.close();
    await agent.stop();
  });

  async function one(target: CallTarget, deadlineMs = 10_000) {
    const { observations } = await client.call(target, { deadlineMs });
    const only = observations[0];
    if (!only) throw new Error('no observation');
    return only;
  }
  const url = (port: number) => `http://${here}:${port}/`;

  const bodies: ((bytes: number, port?: number) => CallTarget)[] = [
    (bytes, port = agent.ports.http) => ({
      protocol: 'http',
      url: url(port),
      connection: 'fresh',
      bodyBytes: bytes,
      replyBytes: bytes,
    }),
    (bytes, port = agent.ports.http2) => ({
      protocol: 'http2',
      url: url(port),
      connection: 'fresh',
      bodyBytes: bytes,
      replyBytes: bytes,
    }),
    (bodyBytes, port = agent.ports.grpc) => ({ protocol: 'grpc', host: here, port, messages: 1, bodyBytes }),
    (bodyBytes, port = agent.ports.http) => ({
      protocol: 'websocket',
      url: url(port),
      messages: 1,
      bodyBytes,
    }),
    (bodyBytes, port = agent.ports.tcp) => ({ protocol: 'tcp', host: here, port, bodyBytes }),
  ];

  for (const bytes of SIZES) {
    test(`${bytes} bytes go both ways unharmed in every protocol`, async () => {
      for (const target of bodies) {
        const seen = await one(target(bytes));
        expect(seen, seen.detail).toMatchObject({ outcome: 'ok', bytes, answeredBy: { pod: 'agent-7' } });
      }
    });
  }

  test('a body that was changed on the way is corrupt, in either direction', async () => {
    const ports = [agent.ports.http, agent.ports.http2, agent.ports.grpc, agent.ports.http, agent.ports.tcp];
    for (const [index, target] of bodies.entries()) {
      for (const way of ['up', 'down'] as const) {
        await using relay = await harmfulRelay(ports[index] ?? 0, { [way]: bitFlippedAt(30_000) });
        const seen = await one(target(50_000, relay.port));
        expect(seen, `${index} ${way}`).toMatchObject({ outcome: 'corrupt' });
      }
    }
  });

  test('a connection that is cut in the middle of a body is a reset', async () => {
    const ports = [agent.ports.http, agent.ports.http2, agent.ports.grpc, agent.ports.http, agent.ports.tcp];
    for (const [index, target] of bodies.entries()) {
      await using relay = await harmfulRelay(ports[index] ?? 0, { down: cutAfter(200_000) });
      expect(await one(target(1_048_576, relay.port)), String(index)).toMatchObject({ outcome: 'reset' });
    }
  });

  test('http and http2 send headers and tell which arrived', async () => {
    for (const protocol of ['http', 'http2'] as const) {
      const seen = await one({
        protocol,
        url: url(protocol === 'http' ? agent.ports.http : agent.ports.http2),
        connection: 'pooled',
        method: 'PUT',
        headers: { 'x-request-id': 'abc', 'x-forwarded-client-cert': 'By=spiffe://x' },
        report: ['x-request-id', 'x-not-there'],
      });
      expect(seen).toMatchObject({ outcome: 'ok', identitySeen: 'By=spiffe://x' });
      expect(seen.headersSeen).toEqual({ 'x-request-id': 'abc' });
    }
  });

  test('http2 pooled: many calls over one connection', async () => {
    const target = { protocol: 'http2', url: url(agent.ports.http2), connection: 'pooled' } as const;
    const { observations } = await client.call(target, { count: 50, ratePerSecond: 200 });
    expect(observations.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 50 }, () => 'ok'));
  });

  test('streams go message by message, and say how far they got', async () => {
    const grpc = { protocol: 'grpc', host: here, port: agent.ports.grpc, messages: 5, gapMs: 20 } as const;
    const webSocket = { protocol: 'websocket', url: url(agent.ports.http), messages: 5, gapMs: 20 } as const;
    for (const target of [grpc, webSocket]) {
      const seen = await one(target);
      expect(seen).toMatchObject({ outcome: 'ok', messages: 5, bytes: 80 });
      expect(seen.endedAt - seen.sentAt).toBeGreaterThanOrEqual(79);
      const late = await one({ ...target, gapMs: 400 }, 1000);
      expect(late).toMatchObject({ outcome: 'deadline', messages: 3, detail: '3 of 5 messages came back' });
      const port = target.protocol === 'grpc' ? agent.ports.grpc : agent.ports.http;
      await using relay = await harmfulRelay(port, { down: cutAfter(50_000) });
      const through = target.protocol === 'grpc' ? { port: relay.port } : { url: url(relay.port) };
      const cut = await one({ ...target, ...through, bodyBytes: 20_000 });
      expect(cut).toMatchObject({ outcome: 'reset', messages: 2 });
    }
  });

  test('tcp: a second exchange after silence, and a connection that did not survive it', async () => {
    const target = { protocol: 'tcp', host: here, port: agent.ports.tcp, idleMs: 200 } as const;
    const seen = await one(target);
    expect(seen).toMatchObject({ outcome: 'ok' });
    expect(seen.endedAt - seen.sentAt).toBeGreaterThanOrEqual(199);
    await using relay = await harmfulRelay(agent.ports.tcp, { up: cutAfter(40) });
    const lost = await one({ ...target, port: relay.port });
    expect(lost).toMatchObject({
      outcome: 'reset',
      detail: expect.stringMatching(/after 200 ms of silence/),
    });
  });

  test('udp: one datagram echoed whole, one that vanishes, one that is too large', async () => {
    const target = { protocol: 'udp', host: here, port: agent.ports.udp } as const;
    for (const bodyBytes of [1, 8, 1472, 9000]) {
      expect(await one({ ...target, bodyBytes }, 1000)).toMatchObject({
        outcome: 'ok',
        bytes: bodyBytes,
        answeredBy: { pod: 'agent-7' },
      });
    }
    const silent = createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, here, resolve));
    expect(await one({ ...target, port: silent.address().port, bodyBytes: 100 }, 200)).toMatchObject({
      outcome: 'deadline',
      detail: 'no answer to a datagram of 100 bytes',
    });
    silent.close();
    expect(await one({ ...target, bodyBytes: 65_535 }, 500)).toMatchObject({
      outcome: 'refused',
      detail: expect.stringMatching(/^EMSGSIZE/),
    });
  });

  test('gRPC: a status that is not OK is the outcome of the same failure in HTTP', async () => {
    const statuses = [
      ['14', 'upstream connect error', 'http-5xx', 'grpc-status 14 UNAVAILABLE upstream connect error'],
      ['7', 'RBAC: access denied', 'http-4xx', 'grpc-status 7 PERMISSION_DENIED RBAC: access denied'],
      ['12', '', 'http-4xx', 'grpc-status 12 UNIMPLEMENTED'],
    ] as const;
    for (const [status, words, outcome, detail] of statuses) {
      const server = createHttp2Server();
      server.on('stream', (stream) => {
        stream.on('error', () => {});
        stream.respond(
          { 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': words },
          { endStream: true },
        );
      });
      const port = await listening(server);
      const seen = await one({ protocol: 'grpc', host: here, port, messages: 1 });
      expect(seen).toMatchObject({ outcome, detail });
      server.close();
    }
  });

  test('a server of another protocol is a wrong target, a closed port is refused', async () => {
    const html = createHttpServer((_request, response) => response.end('<html>'));
    const port = await listening(html);
    const outcomes = await Promise.all(
      bodies.map(async (target) => (await one(target(100, port), 1500)).outcome),
    );
    expect(outcomes).toEqual([
      'wrong-target',
      'wrong-target',
      'wrong-target',
      'wrong-target',
      'wrong-target',
    ]);
    html.closeAllConnections();
    await new Promise((resolve) => html.close(resolve));
    const refused = await Promise.all(bodies.map(async (target) => (await one(target(100, port))).outcome));
    expect(refused).toEqual(bodies.map(() => 'refused'));
  });

  test('refuses plans past its limits, and what is no header or certificate', async () => {
    const http = { protocol: 'http', url: url(1), connection: 'fresh' } as const;
    const wrong: [object, RegExp][] = [
      [{ ...http, bodyBytes: 20_000_000 }, /bodyBytes: at most 10485760/],
      [{ ...http, replyBytes: -1 }, /replyBytes/],
      [{ ...http, headers: { 'x-a': 'b\r\nx-c: d' } }, /headers/],
      [{ protocol: 'grpc', host: here, port: 1, messages: 0 }, /messages: 1 to/],
      [{ protocol: 'websocket', url: 'https://a/', messages: 1 }, /url/],
      [{ protocol: 'udp', host: here, port: 1, bodyBytes: 70_000 }, /datagram/],
      [{ protocol: 'tcp', host: here, port: 1, idleMs: 90_000 }, /idleMs/],
      [{ protocol: 'tls', host: here, port: 1, minVersion: 'SSLv3' }, /minVersion/],
      [
        { protocol: 'tls', host: here, port: 1, clientCertificate: { certificate: 'x' } },
        /clientCertificate/,
      ],
    ];
    for (const [target, words] of wrong) {
      await expect(one(target as CallTarget)).rejects.toThrow(words);
    }
  });
});

async function listening(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, here, resolve));
  return (server.address() as AddressInfo).port;
}
