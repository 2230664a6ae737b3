import { type Server, type Socket, createServer } from 'node:net';
import { once } from 'node:events';
import type { Place } from '../../../model/observation.ts';
import { AGENT_LIMITS, type Echo } from '../../wire.ts';
import { byteReader } from '../byte-reader.ts';
import { digester, payload } from '../payload.ts';

const LINE_LIMIT = 4096;
/** Announces so many bytes of body; the connection stays open for another one. */
const BODY_LINE = /^meshproof-body (\d{1,9})$/;

/**
 * TCP echo: sends the first line back as JSON with the place, then closes. A line `meshproof-body N` is followed by N
 * bytes; they are answered by such a line and N bytes of payload, as often as the caller likes.
 */
export function tcpEcho(place: Place): Server {
  return createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    converse(place, socket).catch(() => socket.destroy());
  });
}

async function converse(place: Place, socket: Socket): Promise<void> {
  const reader = byteReader(socket);
  for (;;) {
    const line = await reader.line(LINE_LIMIT);
    if (line === undefined) break;
    const bytes = Number(BODY_LINE.exec(line)?.[1] ?? Number.NaN);
    if (!(bytes <= AGENT_LIMITS.bodyBytes)) {
      const echo: Echo = { place, line };
      socket.write(`${JSON.stringify(echo)}\n`);
      break;
    }
    const digest = digester();
    if ((await reader.bytes(bytes, digest.add)) < bytes) break;
    const echo: Echo = { place, line, received: digest.end() };
    socket.write(`${JSON.stringify(echo)}\n`);
    await writeAll(socket, bytes);
  }
  socket.end();
  // What still comes is read and dropped: closing with unread bytes would reset the answer on its way.
  while ((await reader.line(LINE_LIMIT)) !== undefined);
}

/** Writes `bytes` of payload as fast as the peer takes them. */
export async function writeAll(socket: Socket, bytes: number): Promise<void> {
  for (const chunk of payload(bytes)) {
    if (!socket.write(chunk)) await once(socket, 'drain');
  }
}
