import { spawn } from 'node:child_process';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import process from 'node:process';
import { expect, test } from '@playwright/test';
import type { CallTarget } from '../../model/call-plan.ts';
import { type AgentClient, connectAgent } from '../client.ts';
import { type LocalAgent, startLocalAgent } from '../local-agent.ts';

const here = '127.0.0.1';

test.describe('calls of the agent', () => {
  let agent: LocalAgent;
  let client: AgentClient;
  const servers: Server[] = [];

  test.beforeAll(async () => {
    agent = await startLocalAgent({ cluster: 'west', pod: 'agent-7' });
    client = await connectAgent(agent.channel());
  });
  test.afterAll(async () => {
    for (const server of servers) server.close();
    await client.close();
    await agent.stop();
  });

  async function outcomeOf(target: CallTarget, deadlineMs = 300) {
    const { observations } = await client.call(target, { deadlineMs });
    const only = observations[0];
    if (!only) throw new Error('no observation');
    return only;
  }

  async function serve(onConnection: (socket: Socket) => unknown): Promise<number> {
    const server = createServer((socket) => onConnection(socket.on('error', () => {})));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, here, resolve));
    return (server.address() as AddressInfo).port;
  }

  for (const connection of ['fresh', 'pooled'] as const) {
    test(`http ${connection}: says who answered`, async () => {
      const url = `http://localhost:${agent.ports.http}/`;
      const seen = await outcomeOf({ protocol: 'http', url, connection });
      expect(seen).toMatchObject({ outcome: 'ok', answeredBy: { cluster: 'west', pod: 'agent-7' } });
      expect(seen.sentAt).toBeGreaterThanOrEqual(seen.intendedAt);
    });
  }

  test('tcp, tcp-connect and plaintext reach an echo', async () => {
    expect(await outcomeOf({ protocol: 'tcp', host: here, port: agent.ports.tcp })).toMatchObject({
      outcome: 'ok',
      answeredBy: { pod: 'agent-7' },
    });
    expect(await outcomeOf({ protocol: 'tcp-connect', host: here, port: agent.ports.tcp })).toMatchObject({
      outcome: 'ok',
    });
    expect(await outcomeOf({ protocol: 'plaintext', host: here, port: agent.ports.http })).toMatchObject({
      outcome: 'ok',
      answeredBy: { pod: 'agent-7' },
    });
  });

  test('tells refused, reset and silent peers apart in every protocol', async () => {
    const closedPort = await serve(() => {});
    const closing = servers.pop();
    await new Promise((resolve) => closing?.close(resolve));
    const resetting = await serve((socket) => setTimeout(() => socket.resetAndDestroy(), 20));
    const hangingUp = await serve((socket) => socket.resume().once('data', () => socket.end()));
    const silent = await serve((socket) => socket.resume());
    const targets = (port: number): CallTarget[] => [
      { protocol: 'http', url: `http://${here}:${port}/`, connection: 'fresh' },
      { protocol: 'tcp', host: here, port },
      { protocol: 'tls', host: here, port },
      { protocol: 'plaintext', host: here, port },
    ];
    for (const [port, outcome] of [
      [closedPort, 'refused'],
      [resetting, 'reset'],
      [hangingUp, 'reset'],
      [silent, 'deadline'],
    ] as const) {
      const seen = await Promise.all(targets(port).map((target) => outcomeOf(target)));
      expect(seen.map((each) => [outcome, each.outcome])).toEqual(seen.map(() => [outcome, outcome]));
    }
  });

  test('http: classifies answers that are no echo', async () => {
    const answer = (status: string, body: string) =>
      serve((socket) => {
        socket.once('data', () => {
          socket.end(
            `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
          );
        });
      });
    const get = async (port: number) =>
      outcomeOf({ protocol: 'http', url: `http://${here}:${port}/`, connection: 'fresh' });
    expect(await get(await answer('503 Service Unavailable', 'no healthy upstream'))).toMatchObject({
      outcome: 'http-5xx',
      responseFlags: 'UH (no healthy upstream)',
    });
    expect(await get(await answer('403 Forbidden', 'RBAC: access denied'))).toMatchObject({
      outcome: 'http-4xx',
      detail: 'HTTP 403: RBAC: access denied',
    });
    expect(await get(await answer('200 OK', '<html>'))).toMatchObject({ outcome: 'wrong-target' });
    const noHttp = await serve((socket) => socket.end('what?\r\n\r\n'));
    expect(await get(noHttp)).toMatchObject({ outcome: 'wrong-target' });
  });

  test('a deadline before the connection is open is a connect-timeout', async () => {
    const stuck = await stuckListener();
    try {
      const seen = await outcomeOf({ protocol: 'tcp-connect', host: here, port: stuck.port });
      expect(seen.outcome).toBe('connect-timeout');
      expect(seen.endedAt - seen.intendedAt).toBeLessThan(400);
    } finally {
      stuck.release();
    }
  });
});

/** A listener whose queue is full: Linux leaves further connections unanswered (listen(2), backlog). */
async function stuckListener(): Promise<{ port: number; release: () => void }> {
  const script = `const s = require('net').createServer().listen({ port: 0, host: '${here}', backlog: 1 }, () => {
    require('fs').writeSync(1, s.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  })`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once('data', (line) => resolve(Number(line))),
  );
  const fillers = Array.from({ length: 6 }, () => connect(port, here).on('error', () => {}));
  await new Promise((resolve) => setTimeout(resolve, 100));
  return {
    port,
    release: () => {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGKILL');
    },
  };
}
