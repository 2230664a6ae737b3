import type { Server as HttpServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import process from 'node:process';
import { AGENT_PORTS } from '../wire.ts';
import { controlServer } from './control.ts';
import { placeFromEnv } from './place.ts';
import { createPlanStore } from './plans.ts';
import { httpEcho } from './serve/http-echo.ts';
import { tcpEcho } from './serve/tcp-echo.ts';

/** After SIGTERM, answers in flight get this long. */
const GRACE_MS = 1000;

const place = placeFromEnv(process.env);
const plans = createPlanStore();
const servers = { http: httpEcho(place), tcp: tcpEcho(place), control: controlServer(place, plans, ports) };
const tcpSockets = new Set<Socket>();

servers.tcp.on('connection', (socket: Socket) => {
  tcpSockets.add(socket);
  socket.once('close', () => tcpSockets.delete(socket));
});

function ports(): { http: number; tcp: number; control: number } {
  return { http: portOf(servers.http), tcp: portOf(servers.tcp), control: portOf(servers.control) };
}

function portOf(server: Server | HttpServer): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

/** Ports can be moved by the environment, for tests on one machine; 0 takes a free one. */
function wanted(name: keyof typeof AGENT_PORTS): number {
  return Number(process.env[`MESHPROOF_${name.toUpperCase()}_PORT`] ?? AGENT_PORTS[name]);
}

function listen(server: Server | HttpServer, port: number, host?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => resolve());
  });
}

async function stop(): Promise<void> {
  plans.stop();
  const closed = Object.values(servers).map((server) => new Promise((resolve) => server.close(resolve)));
  servers.http.closeIdleConnections();
  servers.control.closeIdleConnections();
  setTimeout(() => process.exit(0), GRACE_MS);
  await Promise.all(closed);
  process.exit(0);
}

process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
if (process.env['MESHPROOF_END_WITH_STDIN']) process.stdin.resume().once('close', () => void stop());

await listen(servers.http, wanted('http'), process.env['MESHPROOF_BIND']);
await listen(servers.tcp, wanted('tcp'), process.env['MESHPROOF_BIND']);
await listen(servers.control, wanted('control'), '127.0.0.1');
process.stdout.write(`${JSON.stringify({ listening: ports(), place })}\n`);
