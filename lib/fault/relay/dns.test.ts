import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import packet from 'dns-packet';
import { waitFor } from '../../support/kube.ts';

const program = fileURLToPath(new URL('./dns.ts', import.meta.url));
const TRUTH = '192.0.2.7';
const name = 'payments.shop.svc.cluster.local';

function truthful(question: Buffer): Buffer {
  const { id = 0, questions = [] } = packet.decode(question);
  return packet.encode({
    type: 'response',
    id,
    questions,
    answers: [{ type: 'A', name: questions[0]?.name ?? '', ttl: 5, data: TRUTH }],
  });
}

/** A resolver on loopback that says one address of every name, over UDP and TCP on the same port. */
async function resolver() {
  const tcp = createServer((socket) =>
    socket.on('data', (framed) => socket.write(framedOf(truthful(framed.subarray(2))))),
  );
  await once(tcp.listen(0, '127.0.0.1'), 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4');
  udp.on('message', (question, { port: to, address }) => udp.send(truthful(question), to, address));
  await once(udp.bind(port, '127.0.0.1'), 'listening');
  return { port, close: () => [tcp.close(), udp.close()] };
}

function framedOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

const questionFor = (asked: string, id: number) =>
  packet.encode({ type: 'query', id, questions: [{ type: 'A', name: asked }] });
const addressIn = (answer: Buffer) => {
  const [first] = packet.decode(answer).answers ?? [];
  return first?.type === 'A' ? first.data : 'none';
};

async function overUdp(port: number, asked: string): Promise<string> {
  const socket: Socket = createSocket('udp4');
  socket.send(questionFor(asked, 7), port, '127.0.0.1');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return addressIn(answer);
}

/** Two questions in one piece, as a client may write them. */
async function overTcp(port: number, asked: readonly string[]): Promise<string[]> {
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.concat(asked.map((one, index) => framedOf(questionFor(one, index)))));
  const answers: { id: number; address: string }[] = [];
  let rest = Buffer.alloc(0);
  for await (const piece of socket) {
    rest = Buffer.concat([rest, piece as Buffer]);
    for (; rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(); ) {
      const message = rest.subarray(2, 2 + rest.readUInt16BE());
      rest = rest.subarray(2 + message.length);
      answers.push({ id: packet.decode(message).id ?? -1, address: addressIn(message) });
    }
    if (answers.length === asked.length) break;
  }
  return answers.toSorted((a, b) => a.id - b.id).map(({ address }) => address);
}

const running: ChildProcess[] = [];
test.afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts the relay in front of a resolver, and waits until it takes connections. */
async function relayTo(resolverPort: number, ...how: (string | number)[]): Promise<number> {
  const free = createServer();
  await once(free.listen(0, '127.0.0.1'), 'listening');
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  const args = [program, '127.0.0.1', port, '127.0.0.1', resolverPort, ...how].map(String);
  running.push(spawn(execPath, args, { stdio: 'ignore' }));
  await waitFor(
    'the relay listens',
    () =>
      new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
        socket.on('error', () => resolve(false));
      }),
    { timeoutMs: 15_000, everyMs: 50 },
  );
  return port;
}

test('questions are answered by the resolver, later by the delay', async () => {
  const behind = await resolver();
  const port = await relayTo(behind.port, 200, 20);
  for (const ask of [() => overUdp(port, name), () => overTcp(port, [name]).then(([one]) => one)]) {
    const from = Date.now();
    expect(await ask()).toBe(TRUTH);
    expect(Date.now() - from).toBeGreaterThanOrEqual(179);
  }
  behind.close();
});

test('one name is lied about, over both transports; the truth is told of the others', async () => {
  const behind = await resolver();
  const port = await relayTo(behind.port, 0, 0, name, 'loopback');
  expect(await overUdp(port, name)).toBe('127.0.0.1');
  expect(await overUdp(port, 'orders.shop.svc.cluster.local')).toBe(TRUTH);
  expect(await overTcp(port, [`v2.${name}`, 'orders.shop.svc.cluster.local'])).toEqual(['127.0.0.1', TRUTH]);
  behind.close();
});
