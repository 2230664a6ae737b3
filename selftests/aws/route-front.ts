import { createServer, type IncomingMessage } from 'node:http';
import { bodyOf, listen } from '../http-server.ts';

/**
 * Stands in front of moto, and adds to its answers what it knows and does not say: the attachment that a route of a transit gateway
 * leads to (its list of them is always empty), and that there is no association of Pod Identity (it knows none of these
 * calls); and that checkers reach none of the `unreached` health checks, where moto says that they reach all. Everything else is passed on as it is. The shape is that of
 * `TransitGatewayRoute.TransitGatewayAttachments` in the EC2 API reference.
 */
export async function startRouteFront(
  moto: string,
  unreached: ReadonlySet<string> = new Set(),
): Promise<{ endpoint: string } & AsyncDisposable> {
  /** Attachment by route table and range. */
  const routes = new Map<string, string>();
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const asked = new URLSearchParams(body.toString());
      if (/^\/clusters\/[^/]+\/pod-identity-associations/.test(request.url ?? '')) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ associations: [] }));
        return;
      }
      const check = /\/healthcheck\/([^/]+)\/status$/.exec(request.url ?? '')?.[1];
      if (unreached.has(check ?? '')) {
        response.writeHead(200, { 'content-type': 'text/xml' });
        response.end(NOBODY);
        return;
      }
      const action = asked.get('Action') ?? '';
      const table = asked.get('TransitGatewayRouteTableId') ?? '';
      const answer = await fetch(`${moto}${request.url ?? '/'}`, {
        method: request.method ?? 'POST',
        headers: headersOf(request),
        ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
      });
      const text = await answer.text();
      if (/^(Create|Replace)TransitGatewayRoute$/.test(action) && answer.ok)
        routes.set(
          `${table} ${asked.get('DestinationCidrBlock')}`,
          asked.get('TransitGatewayAttachmentId') ?? '',
        );
      const said = action === 'SearchTransitGatewayRoutes' ? withAttachments(text, table, routes) : text;
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/xml' });
      response.end(said);
    })().catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  const { port, close } = await listen(server);
  return { endpoint: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
}

/** The shape of the Route 53 API reference, "GetHealthCheckStatus". */
const NOBODY =
  '<GetHealthCheckStatusResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><HealthCheckObservations><HealthCheckObservation>' +
  '<Region>us-east-1</Region><IPAddress>192.0.2.7</IPAddress><StatusReport><Status>Failure: The health checker could not establish a connection within the timeout limit.</Status>' +
  '<CheckedTime>2026-01-01T00:00:00Z</CheckedTime></StatusReport></HealthCheckObservation></HealthCheckObservations></GetHealthCheckStatusResponse>';

function withAttachments(text: string, table: string, routes: ReadonlyMap<string, string>): string {
  return text.replace(
    /<destinationCidrBlock>([^<]+)<\/destinationCidrBlock><transitGatewayAttachments\/>/g,
    (found, cidr: string) => {
      const id = routes.get(`${table} ${cidr}`);
      if (!id) return found;
      const item = `<item><transitGatewayAttachmentId>${id}</transitGatewayAttachmentId></item>`;
      return `<destinationCidrBlock>${cidr}</destinationCidrBlock><transitGatewayAttachments>${item}</transitGatewayAttachments>`;
    },
  );
}

/** Those that concern one hop only are not passed on. */
function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const own = new Set(['connection', 'content-length', 'transfer-encoding', 'expect', 'keep-alive']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      own.has(name) || typeof value !== 'string' ? [] : [[name, value]],
    ),
  );
}
