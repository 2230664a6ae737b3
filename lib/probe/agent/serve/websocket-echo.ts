import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Place } from '../../../model/observation.ts';
import { ECHO_HEADER, type Echo } from '../../wire.ts';
import { frameCutter } from '../frames.ts';
import { OPCODE, acceptKey, encodeFrame, parseFrame } from '../websocket-frames.ts';

/** Takes an upgrade to WebSocket (RFC 6455), says who it is in a header, and echoes every message. */
export function webSocketEcho(
  place: Place,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const key = request.headers['sec-websocket-key'];
    if (key === undefined || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    socket.write(
      [
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Accept: ${acceptKey(key)}`,
        `${ECHO_HEADER}: ${encodeEcho(place, request.headers)}`,
        '\r\n',
      ].join('\r\n'),
    );
    const cut = frameCutter(parseFrame, ({ opcode, data }) => {
      if (opcode === OPCODE.pong) return;
      const frame = encodeFrame({ opcode: opcode === OPCODE.ping ? OPCODE.pong : opcode, data }, false);
      if (opcode === OPCODE.close) socket.end(frame);
      else socket.write(frame);
    });
    const take = (chunk: Buffer) => {
      try {
        cut(chunk);
      } catch {
        socket.destroy();
      }
    };
    socket.on('data', take);
    socket.on('end', () => socket.end());
    if (head.length > 0) take(head);
  };
}

/** An echo for a response header; of the request's headers only the caller's identity, to stay small. */
export function encodeEcho(place: Place, headers: Record<string, unknown>): string {
  const identity = headers['x-forwarded-client-cert'];
  const seen = typeof identity === 'string' ? { 'x-forwarded-client-cert': identity } : {};
  const echo: Echo = { place, headers: seen };
  return Buffer.from(JSON.stringify(echo)).toString('base64url');
}
