import { type Socket, createSocket } from 'node:dgram';
import type { Place } from '../../../model/observation.ts';
import type { Echo } from '../../wire.ts';

/**
 * UDP echo: sends each datagram back whole, and before it a small one that tells who answers. When only the small one
 * arrives, the datagram came through and its echo did not.
 */
export function udpEcho(place: Place): Socket {
  const socket = createSocket('udp4');
  const echo: Echo = { place };
  const who = Buffer.from(JSON.stringify(echo));
  socket.on('error', () => {});
  socket.on('message', (datagram, from) => {
    socket.send(who, from.port, from.address, () => {});
    socket.send(datagram, from.port, from.address, () => {});
  });
  return socket;
}
