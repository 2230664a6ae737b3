/** A call that was sent, and who answered it. */
export interface SentCall {
  requestId: string;
  answeredBy: string;
}

/** What is compared of a logged call. */
export interface LogEntry {
  side: 'client' | 'server';
  requestId: string;
  path: string;
  status: number;
  service: string;
}

/**
 * What the logs of both ends lack of the calls that were sent, in words. `client` is the log of the caller's proxy,
 * `servers` those of the answering ones, by cluster; each call has a path that nobody else uses.
 */
export function judgeLogs(
  sent: readonly SentCall[],
  logs: { client: readonly LogEntry[]; servers: ReadonlyMap<string, readonly LogEntry[]> },
  expected: { path: string; service: string; caller: string },
): string[] {
  const found: string[] = [];
  const client = logs.client.filter(({ side, path }) => side === 'client' && path === expected.path);
  const lines = (count: number) => `${count} of ${sent.length} calls`;
  if (client.length !== sent.length) {
    found.push(`${expected.caller}: the proxy of the caller logged ${lines(client.length)}`);
  }
  for (const [cluster, calls] of Map.groupBy(sent, ({ answeredBy }) => answeredBy)) {
    const server = (logs.servers.get(cluster) ?? []).filter(
      ({ side, path }) => side === 'server' && path === expected.path,
    );
    if (server.length !== calls.length) {
      found.push(
        `${cluster}: the proxy of the server logged ${server.length} of the ${calls.length} calls that it answered`,
      );
    }
    found.push(...unlike(server, calls, `${cluster}: the proxy of the server`));
  }
  found.push(...unlike(client, sent, `${expected.caller}: the proxy of the caller`));
  const elsewhere = client.filter(({ service }) => !service.startsWith(expected.service));
  if (elsewhere.length > 0)
    found.push(`${expected.caller}: the log names ${elsewhere[0]?.service} as what was called`);
  return found;
}

function unlike(entries: readonly LogEntry[], calls: readonly SentCall[], who: string): string[] {
  const ids = new Set(calls.map(({ requestId }) => requestId));
  const strange = entries.filter(({ requestId }) => !ids.has(requestId));
  const failed = entries.filter(({ status }) => status !== 200);
  return [
    ...(strange.length > 0
      ? [
          `${who} logged ${strange.length} calls under another request id (${strange[0]?.requestId || 'none'})`,
        ]
      : []),
    ...(failed.length > 0
      ? [`${who} logged status ${failed[0]?.status} for calls that were answered with 200`]
      : []),
  ];
}
