import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { Place } from '../../../model/observation.ts';
import type { Echo } from '../../wire.ts';

/** HTTP/1.1 echo: answers every path with the place and the request headers; `/healthz` is for the kubelet. */
export function httpEcho(place: Place): Server {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/healthz') {
      response.end('ok\n');
      return;
    }
    const echo: Echo = { place, headers: flatten(request.headers) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(echo));
  });
  // A server that closes idle connections first races with a proxy's pool, whose clients then see 503 UC
  // that no mesh is to blame for. Envoy keeps upstream connections for an hour.
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  return server;
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}
