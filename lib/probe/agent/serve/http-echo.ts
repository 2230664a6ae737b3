import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import {
  type Http2SecureServer,
  type Http2Server,
  createSecureServer,
  createServer as createHttp2Server,
} from 'node:http2';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Place } from '../../../model/observation.ts';
import { AGENT_LIMITS, type Echo, REPLY_BYTES_HEADER } from '../../wire.ts';
import { H2_MEMORY_MB, digester, payload } from '../payload.ts';
import { selfSigned } from './self-signed.ts';
import { webSocketEcho } from './websocket-echo.ts';

/** HTTP/1.1 echo with WebSocket: answers every path with {@link Echo}; `/healthz` is for the kubelet. */
export function httpEcho(place: Place): Server {
  const server = patient(createServer(echoHandler(place)));
  server.on('upgrade', webSocketEcho(place));
  return server;
}

/** The same over HTTP/2 in clear, with prior knowledge. */
export function http2Echo(place: Place): Http2Server {
  return createHttp2Server({ maxSessionMemory: H2_MEMORY_MB }, echoHandler(place));
}

/**
 * The same over TLS that the agent ends itself, with a certificate made just now: what a mesh must pass through. HTTP/2 for
 * who offers it (ALPN), HTTP/1.1 for everybody else.
 */
export function tlsEcho(place: Place): Http2SecureServer {
  const options = { ...selfSigned(place.pod), allowHTTP1: true, maxSessionMemory: H2_MEMORY_MB };
  return patient(createSecureServer(options, echoHandler(place)));
}

/**
 * A server that closes idle connections first races with a proxy's pool, whose clients then see 503 UC
 * that no mesh is to blame for. Envoy keeps upstream connections for an hour.
 */
function patient<S extends object>(server: S): S {
  // Those of a server of HTTP/2 are for clients that speak HTTP/1.1; the types leave them out.
  return Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
}

/** What requests and responses of node:http and node:http2 have in common. */
type Incoming = Readable & { url?: string | undefined; headers: IncomingHttpHeaders };
interface Outgoing extends NodeJS.WritableStream {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  destroy(error?: Error): unknown;
}

function echoHandler(place: Place): (request: Incoming, response: Outgoing) => void {
  // A caller that goes away in the middle is its own affair.
  return (request, response) => void answer(place, request, response).catch(() => response.destroy());
}

/** Reads the whole body, then answers with one line about it and as much payload as was asked for. */
async function answer(place: Place, request: Incoming, response: Outgoing): Promise<void> {
  const digest = digester();
  for await (const chunk of request) digest.add(chunk as Buffer);
  if (request.url === '/healthz') {
    response.end('ok\n');
    return;
  }
  const received = digest.end();
  const asked = Number(request.headers[REPLY_BYTES_HEADER] ?? 0);
  const echo: Echo = {
    place,
    headers: flatten(request.headers),
    ...(received.bytes > 0 ? { received } : {}),
  };
  const replyBytes = asked > 0 && asked <= AGENT_LIMITS.bodyBytes ? asked : 0;
  const line = `${JSON.stringify(echo)}${replyBytes > 0 ? '\n' : ''}`;
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', String(Buffer.byteLength(line) + replyBytes));
  await pipeline(Readable.from(whole(line, replyBytes)), response);
}

function* whole(line: string, replyBytes: number): Generator<Buffer> {
  yield Buffer.from(line);
  yield* payload(replyBytes);
}

/** Headers by name, without the pseudo headers of HTTP/2. */
function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(':'))
      flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
