import { isIP } from 'node:net';
import { ensureHealthCheck, ensureZone, writeRecords } from '../../../aws/zones.ts';
import { GATEWAY } from '../../../model/aws-dns.ts';
import type { AwsDnsSettings } from '../../../model/aws.ts';
import type { OurTags } from '../../../aws/tags.ts';
import type { ClusterNetwork } from './contract.ts';

/** A gateway that has a host name, as its cluster publishes it. */
export interface GatewayName {
  cluster: string;
  region: string;
  host: string;
  /** Of its health check, where it has one. */
  healthCheck?: string;
}

/** A record as Route 53 takes it. */
export interface GatewayRecord {
  Name: string;
  Type: 'CNAME';
  TTL: number;
  SetIdentifier?: string;
  Failover?: 'PRIMARY' | 'SECONDARY';
  Region?: string;
  HealthCheckId?: string;
  ResourceRecords: { Value: string }[];
}

/**
 * Records for gateways with host names, with the file's TTL: `CLUSTER.gateway.ZONE` for each, and `gateway.ZONE` for all of them.
 * `latency` answers with the nearest healthy one; `failover` with the first while it is healthy, and then with the second: Route 53 has
 * two places for it. Pure.
 */
export function gatewayRecords(
  { zone, routing, ttlMs }: AwsDnsSettings,
  gateways: readonly GatewayName[],
): GatewayRecord[] {
  const TTL = Math.round(ttlMs / 1000);
  const plain = (name: string, { host }: GatewayName): GatewayRecord => ({
    Name: `${name}.${zone}`,
    Type: 'CNAME',
    TTL,
    ResourceRecords: [{ Value: host }],
  });
  const checked = (gateway: GatewayName) => ({
    SetIdentifier: gateway.cluster,
    ...(gateway.healthCheck === undefined ? {} : { HealthCheckId: gateway.healthCheck }),
  });
  const each = gateways.map((gateway) => plain(`${gateway.cluster}.${GATEWAY}`, gateway));
  if (routing === 'latency')
    return [
      ...each,
      ...gateways.map((gateway) => ({
        ...plain(GATEWAY, gateway),
        ...checked(gateway),
        Region: gateway.region,
      })),
    ];
  const [primary, secondary] = gateways;
  if (!primary || !secondary) return each;
  return [
    ...each,
    { ...plain(GATEWAY, primary), ...checked(primary), Failover: 'PRIMARY' },
    { ...plain(GATEWAY, secondary), ...checked(secondary), Failover: 'SECONDARY' },
  ];
}

/**
 * Gives gateways with host names their names in the environment's private zone, which all VPCs ask. Idempotent. Gateways that are
 * published at addresses need none, and get none. Route 53's checkers call from the internet: behind an internal load balancer they
 * reach nobody, and Route 53 then answers as if all were well (developer guide, "How Route 53 chooses records").
 */
export async function nameGateways(
  dns: AwsDnsSettings,
  networks: readonly ClusterNetwork[],
  published: Readonly<Record<string, readonly string[]>>,
  { tags, port }: { tags: OurTags; port: number },
): Promise<GatewayName[]> {
  const [home] = networks;
  const named = networks.flatMap(({ cluster, place }) => {
    const host = (published[cluster] ?? []).find((address) => isIP(address) === 0);
    return host === undefined ? [] : [{ cluster, region: place.region, host }];
  });
  if (!home || named.length === 0) return [];
  const zone = await ensureZone(dns.zone, networks, tags);
  const gateways: GatewayName[] = [];
  for (const gateway of named) {
    const healthCheck = await ensureHealthCheck(home.place, { ...gateway, port }, tags);
    gateways.push({ ...gateway, healthCheck });
  }
  await writeRecords(
    home.place,
    zone.id,
    gatewayRecords(dns, gateways) as Parameters<typeof writeRecords>[2],
  );
  return gateways;
}
