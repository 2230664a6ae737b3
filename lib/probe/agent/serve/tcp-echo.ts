import { type Server, createServer } from 'node:net';
import type { Place } from '../../../model/observation.ts';
import type { Echo } from '../../wire.ts';

const LINE_LIMIT = 4096;

/** TCP echo: sends the first line back as JSON with the place, then closes. */
export function tcpEcho(place: Place): Server {
  return createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0 && text.length < LINE_LIMIT) return;
      const echo: Echo = { place, line: text.slice(0, end < 0 ? LINE_LIMIT : end) };
      socket.removeAllListeners('data');
      socket.end(`${JSON.stringify(echo)}\n`);
    });
  });
}
