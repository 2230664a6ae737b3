import { type Http2Server, createServer } from 'node:http2';
import type { Place } from '../../../model/observation.ts';
import { ECHO_HEADER } from '../../wire.ts';
import { H2_MEMORY_MB } from '../payload.ts';
import { encodeEcho } from './websocket-echo.ts';

/**
 * gRPC echo of any method, unary or streaming: every message comes back as it is (both ways frame alike, so the bytes
 * are passed on as they come), with status OK in the trailers. Says who it is in the initial metadata.
 */
export function grpcEcho(place: Place): Http2Server {
  const server = createServer({ maxSessionMemory: H2_MEMORY_MB });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => stream.destroy());
    if (!String(headers['content-type']).startsWith('application/grpc')) {
      stream.respond({ ':status': 415 }, { endStream: true });
      return;
    }
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', [ECHO_HEADER]: encodeEcho(place, headers) },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.pipe(stream);
  });
  return server;
}
