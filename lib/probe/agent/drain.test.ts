import { Agent, get } from 'node:http';
import { connect } from 'node:http2';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { kill } from 'node:process';
import { expect, test } from '@playwright/test';
import { type LocalAgent, startLocalAgent } from '../local-agent.ts';

/** Longer than a drain takes when nobody calls, so that its end shows what ended it. */
const DRAIN_MS = 30_000;

interface Answer {
  status: number;
  connection: string | undefined;
}

function call({ ports }: LocalAgent, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: ports.http, ...(agent ? { agent } : {}) }, (response) => {
      response
        .resume()
        .once('end', () =>
          resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }),
        );
    }).once('error', reject);
  });
}

test('one that drains answers on new and kept connections after it was told to end, and then ends', async () => {
  await using agent = await startLocalAgent({}, { drainMs: DRAIN_MS });
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await call(agent, kept)).toEqual({ status: 200, connection: 'keep-alive' });
  const session = connect(`http://127.0.0.1:${agent.ports.http2}`);
  await once(session, 'remoteSettings');
  const away = once(session, 'goaway');
  kill(agent.pid, 'SIGTERM');
  await away;
  expect(await call(agent, kept), 'who has a connection shall find another').toEqual({
    status: 200,
    connection: 'close',
  });
  expect(await call(agent)).toMatchObject({ status: 200 });
  const calledAt = performance.now();
  const idle = connectTcp(agent.ports.http, '127.0.0.1');
  await once(idle, 'close');
  const quiet = performance.now() - calledAt;
  expect(quiet).toBeGreaterThan(1000);
  expect(quiet, 'it ends when nobody calls any more, not when its time is over').toBeLessThan(10_000);
});

test('one that does not drain takes no call after it was told to end', async () => {
  await using agent = await startLocalAgent();
  const session = connect(`http://127.0.0.1:${agent.ports.http2}`);
  await once(session, 'remoteSettings');
  const away = once(session, 'close');
  kill(agent.pid, 'SIGTERM');
  await away;
  await expect(call(agent)).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
});

test('it drains no longer than it may, whoever calls', async () => {
  await using agent = await startLocalAgent({}, { drainMs: 300 });
  const session = connect(`http://127.0.0.1:${agent.ports.http2}`);
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  const upload = session.request({ ':path': '/', ':method': 'POST' });
  upload.on('error', () => undefined);
  upload.write('one that never ends');
  const startedAt = performance.now();
  kill(agent.pid, 'SIGTERM');
  await once(session, 'close');
  expect(performance.now() - startedAt).toBeLessThan(DRAIN_MS / 2);
});
