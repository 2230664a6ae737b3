import { createSocket } from 'node:dgram';
import { type Socket, connect, isIPv6 } from 'node:net';
import { type DecodedPacket, type Packet, decode, encode, streamEncode } from 'dns-packet';
import { armDeadline } from '../call/deadline.ts';
import { NameFailure } from '../call/outcome.ts';

type RecordType = 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR';

export interface DnsServer {
  address: string;
  port: number;
}

export interface DnsQuery {
  server: DnsServer;
  /** Sent as it is: always absolute, no search path. */
  name: string;
  type: RecordType;
  /** The agent's clock. */
  deadlineAt: number;
}

export interface DnsReply {
  rcode: string;
  /** Data of the records of the asked type, as text. */
  answers: string[];
  /** Of the first of them, seconds. */
  ttl?: number;
  /** How long "there is none" may be remembered, seconds (RFC 2308 §5: least of the SOA's TTL and its minimum). */
  negativeTtl?: number;
  truncated: boolean;
}

/** Size that fits every path without fragments (DNS Flag Day 2020). */
const UDP_PAYLOAD = 1232;

/**
 * One query over UDP, sent once from a socket (and port) of its own. Rejects with `dns-timeout` at the deadline and
 * with the system's error when the server's host refuses.
 */
export function queryUdp(query: DnsQuery): Promise<DnsReply> {
  return new Promise((resolve, reject) => {
    const packet = packetFor(query);
    const socket = createSocket(isIPv6(query.server.address) ? 'udp6' : 'udp4');
    const disarm = armDeadline(query.deadlineAt, () => done(() => reject(timeout(query))));
    let over = false;
    function done(then: () => void): void {
      if (over) return;
      over = true;
      disarm();
      socket.close();
      then();
    }
    socket.on('error', (error) => done(() => reject(error)));
    socket.on('message', (bytes) => {
      const reply = read(bytes, packet.id, query.type);
      if (reply) done(() => resolve(reply));
    });
    socket.connect(query.server.port, query.server.address, () => {
      if (!over) socket.send(encode(packet));
    });
  });
}

/** One query over TCP, on a connection of its own. Rejects as {@link queryUdp} does. */
export function queryTcp(query: DnsQuery): Promise<DnsReply> {
  return new Promise((resolve, reject) => {
    const packet = packetFor(query);
    const socket: Socket = connect({ host: query.server.address, port: query.server.port });
    const disarm = armDeadline(query.deadlineAt, () => done(() => reject(timeout(query))));
    let bytes = Buffer.alloc(0);
    function done(then: () => void): void {
      disarm();
      socket.resetAndDestroy();
      then();
    }
    socket.on('error', (error) => done(() => reject(error)));
    socket.on('connect', () => socket.write(streamEncode(packet)));
    socket.on('end', () => done(() => reject(new NameFailure('reset', 'closed without an answer (FIN)'))));
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, Buffer.from(chunk)]);
      if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) return;
      const reply = read(bytes.subarray(2, 2 + bytes.readUInt16BE(0)), packet.id, query.type);
      done(() => (reply ? resolve(reply) : reject(new NameFailure('dns-servfail', 'answer is no DNS'))));
    });
  });
}

function timeout(query: DnsQuery): NameFailure {
  return new NameFailure('dns-timeout', `no answer from ${query.server.address} for ${query.name}`);
}

function packetFor(query: DnsQuery): Packet & { id: number } {
  return {
    type: 'query',
    id: Math.floor(Math.random() * 65_536),
    // Recursion desired (RFC 1035 §4.1.1).
    flags: 0x100,
    questions: [{ type: query.type, name: query.name, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: UDP_PAYLOAD,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  };
}

/** Undefined for bytes that are no answer to this query. */
function read(bytes: Buffer, id: number, type: RecordType): DnsReply | undefined {
  let packet: DecodedPacket & { rcode?: string };
  try {
    packet = decode(bytes);
  } catch {
    return undefined;
  }
  if (packet.id !== id || packet.type !== 'response') return undefined;
  const records = (packet.answers ?? []).filter((answer) => answer.type === type);
  const ttl = (records[0] as { ttl?: number } | undefined)?.ttl;
  const soa = (packet.authorities ?? []).find((record) => record.type === 'SOA');
  const negativeTtl = soa && Math.min(soa.ttl ?? 0, soa.data.minimum ?? 0);
  return {
    rcode: packet.rcode ?? 'NOERROR',
    answers: records.map((record) => dataText((record as { data?: unknown }).data)),
    truncated: packet.flag_tc,
    ...(ttl === undefined ? {} : { ttl }),
    ...(negativeTtl === undefined ? {} : { negativeTtl }),
  };
}

function dataText(data: unknown): string {
  if (typeof data === 'string') return data;
  const srv = data as { priority?: number; weight?: number; port: number; target: string };
  return `${srv.priority ?? 0} ${srv.weight ?? 0} ${srv.port} ${srv.target}`;
}
