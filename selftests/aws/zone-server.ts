import { createSocket, type Socket } from 'node:dgram';
import { GetHealthCheckCommand } from '@aws-sdk/client-route-53';
import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { awsClients } from '../../lib/aws/clients.ts';
import { readZone } from '../../lib/aws/dns/read.ts';
import type { AwsRecord } from '../../lib/model/aws-dns.ts';
import type { AwsPlace } from '../../lib/model/aws.ts';

/** What a zone's servers and resolvers do wrong, or late. */
export interface ZoneKnobs {
  /** From a change of a health check to the first answer that follows it; there, and back. */
  propagationMs: number;
  /** Answers SERVFAIL for so long when a change comes into force. */
  lostMs?: number;
  neverFailsOver?: boolean;
  neverReturns?: boolean;
  /** The cluster whose resolver keeps its first answer for good. */
  staleIn?: string;
}

export interface ZoneServer extends AsyncDisposable {
  /** Address and port of each cluster's resolver. */
  resolvers: Record<string, string>;
}

/** Milliseconds between two looks at the health checks. */
const POLL_MS = 100;
/** RFC 1035 §4.1.1. */
const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const;

/** What an authority says of a name just now. */
interface Said {
  rcode: keyof typeof RCODES;
  record?: AwsRecord;
}

/**
 * Answers a zone of moto's, which serves no DNS itself, as Route 53 would: by the records and the flags of their health checks as moto's
 * API tells them, with a caching resolver for each cluster, UDP on loopback. Endpoints are taken to be healthy.
 */
export async function startZoneServer(
  place: AwsPlace,
  name: string,
  { clusters, knobs }: { clusters: readonly string[]; knobs: ZoneKnobs },
): Promise<ZoneServer> {
  const authority = await startAuthority(place, name, knobs);
  const sockets = await Promise.all(
    clusters.map((cluster) => startResolver(authority.ask, cluster === knobs.staleIn)),
  );
  return {
    resolvers: Object.fromEntries(
      clusters.map((cluster, index) => [cluster, `127.0.0.1:${sockets[index]?.address().port}`]),
    ),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.close();
      await authority.stop();
    },
  };
}

async function startAuthority(place: AwsPlace, name: string, knobs: ZoneKnobs) {
  const clients = awsClients(place);
  const zone = await readZone(clients, name);
  if (!zone) throw new Error(`moto has no zone ${name}`);
  const ids = zone.healthChecks.map(({ id }) => id);
  /** Checks that are unhealthy, from a time on. */
  const history: { at: number; unhealthy: string[] }[] = [];
  const closing = new AbortController();
  const look = async () => {
    const found = await Promise.all(
      ids.map(async (HealthCheckId) => {
        const { HealthCheck } = await clients.route53.send(new GetHealthCheckCommand({ HealthCheckId }));
        return HealthCheck?.HealthCheckConfig?.Inverted === true ? [HealthCheckId] : [];
      }),
    );
    const unhealthy = found.flat();
    if (unhealthy.join() !== history.at(-1)?.unhealthy.join()) history.push({ at: Date.now(), unhealthy });
  };
  await look();
  const polling = (async () => {
    while (!closing.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      await look();
    }
  })();
  let isStuck = false;
  const ask = (asked: string): Said => {
    const now = Date.now();
    const inForce = history.findLast(({ at }, index) => index === 0 || at + knobs.propagationMs <= now);
    const since = inForce && inForce !== history[0] ? now - inForce.at - knobs.propagationMs : undefined;
    if (since !== undefined && since < (knobs.lostMs ?? 0)) return { rcode: 'SERVFAIL' };
    const records = zone.records.filter((one) => one.name === asked);
    const isHealthy = ({ healthCheck = '' }: AwsRecord) => inForce?.unhealthy.includes(healthCheck) !== true;
    const of = (role: string) => records.find(({ failover }) => failover === role);
    const [primary, secondary] = [of('PRIMARY'), of('SECONDARY')];
    if (!primary || !secondary) return { rcode: 'NXDOMAIN' };
    // Without a healthy record it answers as if all were (developer guide, "How Amazon Route 53 chooses records").
    const isOver = !isHealthy(primary) && isHealthy(secondary) && knobs.neverFailsOver !== true;
    isStuck ||= isOver && knobs.neverReturns === true;
    return { rcode: 'NOERROR', record: isOver || isStuck ? secondary : primary };
  };
  return {
    ask,
    async stop() {
      closing.abort();
      await polling;
    },
  };
}

/** A resolver that keeps answers for their TTL, or for good. */
async function startResolver(ask: (name: string) => Said, isStale: boolean): Promise<Socket> {
  const kept = new Map<string, { record: AwsRecord; until: number }>();
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const query = decode(bytes);
    const asked = query.questions?.[0]?.name ?? '';
    const cached = kept.get(asked);
    const isFresh = cached !== undefined && (isStale || cached.until > Date.now());
    const said: Said = isFresh ? { rcode: 'NOERROR', record: cached.record } : ask(asked);
    if (!isFresh && said.record)
      kept.set(asked, { record: said.record, until: Date.now() + (said.record.ttlMs ?? 0) });
    socket.send(encode(answerTo(query, said)), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return socket;
}

function answerTo(query: Packet, { rcode, record }: Said): Packet {
  const answers: Answer[] = record
    ? record.values.map((data) => ({
        name: record.name,
        type: 'CNAME',
        ttl: (record.ttlMs ?? 0) / 1000,
        data,
      }))
    : [];
  return {
    type: 'response',
    id: query.id ?? 0,
    flags: RCODES[rcode],
    questions: query.questions ?? [],
    answers,
  };
}
