import { type Socket as UdpSocket, createSocket } from 'node:dgram';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@playwright/test';
import { type Packet, decode, encode } from 'dns-packet';
import { connectAgent } from '../client.ts';
import { type LocalAgent, startLocalAgent } from '../local-agent.ts';
import { now } from './clock.ts';
import { NameFailure } from './call/outcome.ts';
import { type ResolverSettings, parseServer } from './dns/resolv-conf.ts';
import { candidates, resolveName } from './dns/resolver.ts';

test.describe('DNS calls of the agent', () => {
  let agent: LocalAgent;
  let server: Awaited<ReturnType<typeof nameServer>>;

  test.beforeAll(async () => {
    [agent, server] = await Promise.all([startLocalAgent(), nameServer()]);
  });
  test.afterAll(async () => {
    await server.close();
    await agent.stop();
  });

  for (const protocol of ['dns-udp', 'dns-tcp'] as const) {
    test(`${protocol}: answers, and each way to have none`, async () => {
      await using client = await connectAgent(agent.channel());
      const ask = async (name: string, type: 'A' | 'SRV' | 'PTR' = 'A') => {
        const target = { protocol, name, type, server: server.address } as const;
        const { observations } = await client.call(target, { deadlineMs: 400 });
        return observations[0];
      };
      expect(await ask('web.test.')).toMatchObject({
        outcome: 'ok',
        answers: ['10.0.0.1', '10.0.0.2'],
        ttlSeconds: 7,
      });
      expect(await ask('web.test', 'SRV')).toMatchObject({
        outcome: 'ok',
        answers: ['0 50 8080 one.web.test'],
      });
      expect(await ask('10.0.0.1', 'PTR')).toMatchObject({ outcome: 'ok', answers: ['one.web.test'] });
      expect(await ask('gone.test')).toMatchObject({
        outcome: 'dns-nxdomain',
        detail: 'NXDOMAIN',
        // The SOA's TTL is 60, its minimum 9: the lesser counts (RFC 2308).
        negativeTtlSeconds: 9,
      });
      expect(await ask('2001:db8::1', 'PTR')).toMatchObject({ answers: ['six.web.test'] });
      expect(await ask('broken.test')).toMatchObject({ outcome: 'dns-servfail', detail: 'SERVFAIL' });
      expect(await ask('empty.test')).toMatchObject({ outcome: 'wrong-target', answers: [] });
      expect(await ask('silent.test')).toMatchObject({ outcome: 'dns-timeout' });
    });
  }

  test('an answer that was cut off says so, and a stub resolver gets the rest over TCP', async () => {
    await using client = await connectAgent(agent.channel());
    const big = { protocol: 'dns-udp', name: 'big.test.', type: 'A', server: server.address } as const;
    const cut = (await client.call(big)).observations[0];
    expect(cut).toMatchObject({ outcome: 'ok', truncated: true, answers: ['10.0.0.1'] });
    const whole = (await client.call({ ...big, search: true })).observations[0];
    expect(whole).toMatchObject({ outcome: 'ok', truncated: true, asked: ['big.test'] });
    expect(whole?.answers).toHaveLength(100);
  });

  test('the resolver of http and tcp calls: search path, hosts, and failures by class', async () => {
    const settings: ResolverSettings = {
      servers: [parseServer(server.address)],
      search: ['shop.test', 'test'],
      ndots: 5,
      timeoutMs: 200,
      attempts: 1,
      hosts: new Map([['localhost', '127.0.0.1']]),
    };
    const find = (name: string) => resolveName(settings, name, now() + 1000);
    expect(await find('web')).toBe('10.0.0.1');
    expect(await find('localhost')).toBe('127.0.0.1');
    const outcome = (name: string) => find(name).catch((error: NameFailure) => error.outcome);
    expect(await outcome('gone.test.')).toBe('dns-nxdomain');
    expect(await outcome('broken.test.')).toBe('dns-servfail');
    expect(await outcome('silent.test.')).toBe('dns-timeout');
  });
});

test('names are tried in the order of resolv.conf', () => {
  const settings = { search: ['a.b', 'b.'], ndots: 2 };
  expect(candidates(settings, 'x')).toEqual(['x.a.b', 'x.b', 'x']);
  expect(candidates(settings, 'x.y.z')).toEqual(['x.y.z', 'x.y.z.a.b', 'x.y.z.b']);
  expect(candidates(settings, 'x.')).toEqual(['x']);
});

function answerTo(query: Packet, over: 'udp' | 'tcp'): Packet | undefined {
  const question = query.questions?.[0];
  const name = question?.name ?? '';
  if (name === 'silent.test') return undefined;
  // RFC 1035 §4.1.1: 2 is SERVFAIL, 3 is NXDOMAIN.
  const known =
    name.startsWith('web.test') || question?.type === 'PTR' || name === 'empty.test' || name === 'big.test';
  const rcode = name === 'broken.test' ? 2 : known ? 0 : 3;
  const answers: NonNullable<Packet['answers']> = [];
  if (name === 'web.test' && question?.type === 'A') {
    for (const data of ['10.0.0.1', '10.0.0.2']) answers.push({ name, type: 'A', ttl: 7, data });
  }
  if (name === 'web.test' && question?.type === 'SRV') {
    answers.push({ name, type: 'SRV', ttl: 7, data: { weight: 50, port: 8080, target: 'one.web.test' } });
  }
  if (question?.type === 'PTR') answers.push({ name, type: 'PTR', ttl: 7, data: pointerOf(name) });
  if (name === 'big.test') {
    const many = Array.from({ length: over === 'udp' ? 1 : 100 }, (_, index) => `10.0.0.${index + 1}`);
    for (const data of many) answers.push({ name, type: 'A', ttl: 7, data });
  }
  // RFC 1035 §4.1.1: TC is bit 9 of the flags.
  const flags = rcode + (name === 'big.test' && over === 'udp' ? 0x200 : 0);
  const authorities = rcode === 3 ? [SOA] : [];
  return {
    type: 'response',
    id: query.id ?? 0,
    flags,
    questions: query.questions ?? [],
    answers,
    authorities,
  };
}

const SOA = {
  name: 'test',
  type: 'SOA' as const,
  ttl: 60,
  data: { mname: 'ns.test', rname: 'root.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 9 },
};

/** RFC 3596: an IPv6 address has 32 labels under ip6.arpa. */
function pointerOf(name: string): string {
  const six = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;
  return name === six ? 'six.web.test' : name === '1.0.0.10.in-addr.arpa' ? 'one.web.test' : name;
}

async function nameServer() {
  const udp: UdpSocket = createSocket('udp4');
  udp.on('message', (bytes, from) => {
    const answer = answerTo(decode(bytes), 'udp');
    if (answer) udp.send(encode(answer), from.port, from.address);
  });
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const answer = answerTo(decode(bytes.subarray(2)), 'tcp');
      if (!answer) return;
      const packet = encode(answer);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(packet.length);
      // In two pieces, as a network may deliver it.
      socket.write(Buffer.concat([length, packet.subarray(0, 5)]));
      setTimeout(() => socket.write(packet.subarray(5)), 5);
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as AddressInfo;
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${port}`,
    close: async () => {
      udp.close();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
}
