import type { AwsFinding } from '../../model/aws-check.ts';
import type { AwsHealthCheck, AwsRecord, AwsZone } from '../../model/aws-dns.ts';
import type { AwsDnsSettings } from '../../model/aws.ts';
import { overlap, rangeOf } from '../address-range.ts';
import { groups } from '../connectivity.ts';

/** What the records of gateways are held against. */
export interface DnsWish extends AwsDnsSettings {
  /** VPCs of all clusters. */
  vpcs: readonly { cluster: string; vpc: string }[];
  /** Addresses and host names of each cluster's gateways; left out where no cluster was asked. */
  gateways?: readonly { cluster: string; names: readonly string[] }[];
}

/** Route 53 resolves an alias of a load balancer for 60 s (Route 53 developer guide, "Values specific for alias records"). */
const ALIAS_TTL_MS = 60_000;
/** Addresses that checkers of Route 53 cannot reach (RFC 1918; Route 53 developer guide, "Configuring failover in a private hosted zone"). */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** What is wrong with the zone of an environment; undefined stands for a zone that does not exist. */
export function analyseZone(zone: AwsZone | undefined, wish: DnsWish): AwsFinding[] {
  if (!zone) return [finding('zone-missing', 'failed', `there is no hosted zone ${wish.zone}`, [])];
  const records = zone.records.filter(({ type }) => type !== 'NS' && type !== 'SOA');
  return [
    ...(zone.private
      ? []
      : [
          finding(
            'zone-public',
            'failed',
            `the zone ${zone.name} is public: it shows addresses of gateways to everybody`,
            [zone.id],
          ),
        ]),
    ...wish.vpcs
      .filter(({ vpc }) => !zone.vpcs.includes(vpc))
      .map(({ cluster, vpc }) =>
        finding(
          'zone-unlinked',
          'failed',
          `${cluster} does not resolve ${zone.name}: its VPC ${vpc} is not associated with it`,
          [zone.id, vpc],
        ),
      ),
    ...records.flatMap((record) => slowRecord(zone, record, wish.ttlMs)),
    ...groups(records, ({ name, type }) => `${name} ${type}`).flatMap(([, same]) =>
      policyProblems(zone, same, wish),
    ),
    ...(wish.gateways ? strangers(zone, records, wish.gateways) : []),
  ];
}

function slowRecord({ id }: AwsZone, record: AwsRecord, budgetMs: number): AwsFinding[] {
  const ttlMs = record.ttlMs ?? ALIAS_TTL_MS;
  if (ttlMs <= budgetMs) return [];
  const why = record.alias ? ' (an alias of a load balancer)' : '';
  return [
    finding(
      'ttl',
      'failed',
      `${nameOf(record)} may be kept for ${ttlMs / 1000} s${why}, where ${budgetMs / 1000} s are allowed`,
      [id],
    ),
  ];
}

function policyProblems(zone: AwsZone, same: readonly AwsRecord[], { routing }: DnsWish): AwsFinding[] {
  const [first] = same;
  if (!first) return [];
  const who = `${first.name} ${first.type}`;
  const bad = (kind: string, words: string) => [finding(kind, 'failed', `${who}: ${words}`, [zone.id])];
  if (routing === 'latency') {
    const plain = same.filter(({ region }) => region === undefined);
    return [
      ...(plain.length > 0 ? bad('routing', 'it is no latency record') : []),
      ...same.filter(({ region }) => region !== undefined).flatMap((record) => unwatched(zone, record)),
    ];
  }
  const missing = ['PRIMARY', 'SECONDARY'].filter((role) => !same.some(({ failover }) => failover === role));
  if (missing.length > 0) return bad('routing', `it cannot fail over: no ${missing.join(' and no ')} record`);
  const places = new Set(same.map(({ values }) => values.toSorted().join()));
  return [
    ...(places.size < same.length
      ? bad('routing', 'its records lead to the same place: there is nothing to fail over to')
      : []),
    // Only the primary needs a check: Route 53 answers with the secondary when the primary is not healthy.
    ...same.filter(({ failover }) => failover === 'PRIMARY').flatMap((record) => unwatched(zone, record)),
  ];
}

/** A record whose health nobody knows is always healthy to Route 53: it never fails over. */
function unwatched(zone: AwsZone, record: AwsRecord): AwsFinding[] {
  const { id } = zone;
  const name = nameOf(record);
  if (record.healthCheck === undefined)
    return record.evaluatesTarget
      ? []
      : [finding('unwatched', 'failed', `${name} never fails over: nothing checks its health`, [id])];
  const check = zone.healthChecks.find((one) => one.id === record.healthCheck);
  if (!check)
    return [
      finding('unwatched', 'failed', `${name}: its health check ${record.healthCheck} does not exist`, [id]),
    ];
  return checkProblems(check).map((words) =>
    finding('health-check', 'failed', `${name}: the health check ${check.id} ${words}`, [check.id]),
  );
}

function checkProblems({ type, target, inverted, disabled }: AwsHealthCheck): string[] {
  const range = target === undefined ? undefined : rangeOf(target);
  const hidden = range !== undefined && PRIVATE.some((cidr) => overlap(rangeOf(cidr) ?? range, range));
  return [
    ...(inverted ? ['is inverted: it calls what is healthy unhealthy'] : []),
    ...(disabled ? ['is disabled: to Route 53 it is always healthy'] : []),
    ...(hidden
      ? [
          `asks ${target} by ${type}, which is a private address: the checkers of Route 53 are outside of the VPC, so that it is always unhealthy`,
        ]
      : []),
  ];
}

/** Records that lead to no gateway, and clusters whose gateways no record leads to. */
function strangers(
  { id }: AwsZone,
  records: readonly AwsRecord[],
  gateways: NonNullable<DnsWish['gateways']>,
): AwsFinding[] {
  const known = gateways.flatMap(({ names }) => names.map(bareName));
  const wrong = records.flatMap((record) => {
    const stray = record.values.filter((value) => !known.includes(bareName(value)));
    return stray.length === 0
      ? []
      : [
          finding(
            'stale',
            'failed',
            `${nameOf(record)} leads to ${stray.join(', ')}, where no gateway is (${known.join(', ')})`,
            [id],
          ),
        ];
  });
  const led = records.flatMap(({ values }) => values.map(bareName));
  const left = gateways
    .filter(({ names }) => !names.some((name) => led.includes(bareName(name))))
    .map(({ cluster, names }) =>
      finding('unnamed', 'failed', `no record leads to the gateway of ${cluster} (${names.join(', ')})`, [
        id,
      ]),
    );
  return [...wrong, ...left];
}

/** Route 53 gives aliases of load balancers a prefix (`dualstack.`), and ends names with a dot. */
function bareName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^dualstack\./, '')
    .replace(/\.$/, '');
}

function nameOf({ name, type, setIdentifier }: AwsRecord): string {
  return setIdentifier === undefined ? `${name} ${type}` : `${name} ${type} (${setIdentifier})`;
}

function finding(
  kind: string,
  severity: AwsFinding['severity'],
  words: string,
  resources: string[],
): AwsFinding {
  return { check: 'dns', kind, severity, words, resources };
}
