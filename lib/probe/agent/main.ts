import type { Http2Server, ServerHttp2Session } from 'node:http2';
import type { Socket as UdpSocket } from 'node:dgram';
import type { AddressInfo, Server, Socket } from 'node:net';
import process from 'node:process';
import { watchStolenTime } from '../../support/stolen-time.ts';
import { AGENT_PORTS, type AgentPorts, DRAIN_VARIABLE, SAY_WAITS_VARIABLE } from '../wire.ts';
import { now } from './clock.ts';
import { controlServer } from './control.ts';
import { drainer } from './drain.ts';
import { placeFromEnv } from './place.ts';
import { createPlanStore } from './plans.ts';
import { grpcEcho } from './serve/grpc-echo.ts';
import { http2Echo, httpEcho, tlsEcho } from './serve/http-echo.ts';
import { tcpEcho } from './serve/tcp-echo.ts';
import { udpEcho } from './serve/udp-echo.ts';
import { watchWaits } from './waits.ts';

/** After SIGTERM, answers in flight get this long. */
const GRACE_MS = 1000;

const place = placeFromEnv(process.env);
const plans = createPlanStore(watchStolenTime(undefined, now));
const http = httpEcho(place);
const metered = httpEcho(place);
const tls = tlsEcho(place);
const control = controlServer(place, plans, ports);
const multiplexed = { http2: http2Echo(place), grpc: grpcEcho(place) };
const streams = { http, ...multiplexed, tcp: tcpEcho(place), tls, metered, control };
const udp = udpEcho(place);
const drained = drainer({
  http: [http, metered, tls],
  http2: [...Object.values(multiplexed), tls],
  tcp: [streams.tcp],
});
const closers = new Set<() => void>();

streams.tcp.on('connection', (socket: Socket) => keepFor(socket, () => socket.destroySoon()));
for (const server of [...Object.values(multiplexed), tls]) {
  server.on('session', (session: ServerHttp2Session) => keepFor(session, () => session.close()));
}

function keepFor(connection: Socket | ServerHttp2Session, close: () => void): void {
  closers.add(close);
  connection.once('close', () => closers.delete(close));
}

function ports(): AgentPorts {
  const listening = Object.entries({ ...streams, udp }).map(([name, server]) => [name, portOf(server)]);
  return Object.fromEntries(listening) as AgentPorts;
}

function portOf(server: Server | Http2Server | UdpSocket): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

/** Ports can be moved by the environment, for tests on one machine; 0 takes a free one. */
function wanted(name: keyof typeof AGENT_PORTS): number {
  return Number(process.env[`MESHPROOF_${name.toUpperCase()}_PORT`] ?? AGENT_PORTS[name]);
}

function listen(name: keyof typeof streams, host: string | undefined): Promise<void> {
  const server: Server = streams[name];
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: wanted(name), ...(host === undefined ? {} : { host }) }, () => resolve());
  });
}

function bindUdp(host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(wanted('udp'), host, () => resolve());
  });
}

async function stop(): Promise<void> {
  const drainMs = Number(process.env[DRAIN_VARIABLE] ?? 0);
  if (drainMs > 0) await drained(drainMs);
  plans.stop();
  const closed = Object.values(streams).map((server) => new Promise((resolve) => server.close(resolve)));
  udp.close();
  for (const server of [http, metered, control]) server.closeIdleConnections();
  for (const close of closers) close();
  setTimeout(() => process.exit(0), GRACE_MS);
  await Promise.all(closed);
  process.exit(0);
}

process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
if (process.env['MESHPROOF_END_WITH_STDIN']) process.stdin.resume().once('close', () => void stop());

const bind = process.env['MESHPROOF_BIND'];
await Promise.all([
  listen('http2', bind),
  listen('grpc', bind),
  listen('tcp', bind),
  listen('tls', bind),
  listen('metered', bind),
  bindUdp(bind),
]);
await listen('control', '127.0.0.1');
// Last: the kubelet takes an answer here for the readiness of all.
await listen('http', bind);
if (process.env[SAY_WAITS_VARIABLE] !== undefined)
  watchWaits((wait) => process.stdout.write(`${JSON.stringify(wait)}\n`), now);
process.stdout.write(`${JSON.stringify({ listening: ports(), place })}\n`);
