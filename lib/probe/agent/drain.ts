import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2Server, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Nobody calls any more when nobody has for so long: the longest pause between calls that are sent once a second. */
const QUIET_MS = 1500;
const LOOK_MS = 50;

/** What an agent serves on. */
export interface DrainedServers {
  http: readonly Pick<HttpServer | Http2SecureServer, 'prependListener'>[];
  http2: readonly (Http2Server | Http2SecureServer)[];
  tcp: readonly Server[];
}

/**
 * Keeps a server that shall end at its callers' service until none is left: they hear of its end only by and by, and send on
 * until then. Takes new connections all the while. What it gives back starts that, and resolves when nothing is under way and
 * nobody called for a while, or after `atMostMs`.
 */
export function drainer({ http, http2, tcp }: DrainedServers): (atMostMs: number) => Promise<void> {
  const sessions = new Set<ServerHttp2Session>();
  let underWay = 0;
  let lastAt = performance.now();
  let draining = false;
  const busyUntilClosed = (one: { once(event: 'close', heard: () => void): unknown }) => {
    underWay++;
    lastAt = performance.now();
    one.once('close', () => {
      underWay--;
      lastAt = performance.now();
    });
  };
  for (const server of http) {
    server.prependListener(
      'request',
      ({ url, httpVersionMajor }: IncomingMessage, response: ServerResponse) => {
        // The kubelet asks on while a pod ends. What comes as a stream of HTTP/2 is counted as one.
        if (url === '/healthz' || httpVersionMajor !== 1) return;
        busyUntilClosed(response);
        // The caller's connection is another pod's from the next call on.
        if (draining) response.setHeader('connection', 'close');
      },
    );
    server.prependListener('upgrade', (_: IncomingMessage, socket: Duplex) => busyUntilClosed(socket));
  }
  for (const server of http2) {
    server.prependListener('stream', (stream: ServerHttp2Stream) => busyUntilClosed(stream));
    server.on('session', (session: ServerHttp2Session) => {
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
      if (draining) session.once('stream', () => session.close());
    });
  }
  for (const server of tcp) server.prependListener('connection', (socket: Socket) => busyUntilClosed(socket));
  return async (atMostMs) => {
    draining = true;
    const until = performance.now() + atMostMs;
    lastAt = performance.now();
    // GOAWAY: streams that are open go on, new ones find another connection.
    for (const session of sessions) session.close();
    const called = () => underWay > 0 || performance.now() - lastAt < QUIET_MS;
    while (performance.now() < until && called())
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  };
}
