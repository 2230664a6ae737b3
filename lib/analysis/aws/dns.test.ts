import { expect, test } from '@playwright/test';
import type { AwsHealthCheck, AwsRecord, AwsZone } from '../../model/aws-dns.ts';
import { analyseZone, type DnsWish } from './dns.ts';

const wish: DnsWish = {
  zone: 'mesh.example.internal',
  routing: 'failover',
  ttlMs: 30_000,
  vpcs: [
    { cluster: 'east', vpc: 'vpc-east' },
    { cluster: 'west', vpc: 'vpc-west' },
  ],
  gateways: [
    { cluster: 'east', names: ['east.elb.amazonaws.com'] },
    { cluster: 'west', names: ['west.elb.amazonaws.com'] },
  ],
};
const check: AwsHealthCheck = { id: 'hc-1', type: 'CLOUDWATCH_METRIC', inverted: false, disabled: false };

function record(failover: 'PRIMARY' | 'SECONDARY', changes: Partial<AwsRecord> = {}): AwsRecord {
  const cluster = failover === 'PRIMARY' ? 'east' : 'west';
  return {
    name: 'gateway.mesh.example.internal',
    type: 'CNAME',
    setIdentifier: cluster,
    failover,
    ttlMs: 30_000,
    values: [`${cluster}.elb.amazonaws.com`],
    alias: false,
    evaluatesTarget: false,
    ...(failover === 'PRIMARY' ? { healthCheck: 'hc-1' } : {}),
    ...changes,
  };
}

function bareOf({ healthCheck: _check, ...rest }: AwsRecord): AwsRecord {
  return rest;
}

function zone(changes: Partial<AwsZone> = {}): AwsZone {
  return {
    id: 'Z1',
    name: 'mesh.example.internal',
    private: true,
    vpcs: ['vpc-east', 'vpc-west'],
    records: [record('PRIMARY'), record('SECONDARY')],
    healthChecks: [check],
    ...changes,
  };
}

const words = (found: AwsZone | undefined, wanted = wish) =>
  analyseZone(found, wanted).map((one) => `${one.severity} ${one.kind}: ${one.words}`);

test('a zone whose records can fail over is in order', () => {
  expect(words(zone())).toEqual([]);
  const alias = { alias: true, evaluatesTarget: true, values: ['dualstack.EAST.elb.amazonaws.com'] };
  const { ttlMs: _ttl, healthCheck: _check, ...primary } = record('PRIMARY', alias);
  expect(words(zone({ records: [primary, record('SECONDARY')] }), { ...wish, ttlMs: 60_000 })).toEqual([]);
});

const CASES: [string, AwsZone | undefined, RegExp][] = [
  [
    'a zone that is missing',
    undefined,
    /^failed zone-missing: there is no hosted zone mesh\.example\.internal/,
  ],
  ['a zone that is public', zone({ private: false }), /^failed zone-public/],
  [
    'a VPC that does not resolve it',
    zone({ vpcs: ['vpc-east'] }),
    /^failed zone-unlinked: west does not resolve .* vpc-west/,
  ],
  [
    'a TTL beyond its budget',
    zone({ records: [record('PRIMARY', { ttlMs: 300_000 }), record('SECONDARY')] }),
    /^failed ttl: gateway.* \(east\) may be kept for 300 s, where 30 s are allowed/,
  ],
  [
    'no secondary',
    zone({ records: [record('PRIMARY')] }),
    /^failed routing: .* cannot fail over: no SECONDARY record/,
  ],
  [
    'two records to one place',
    zone({ records: [record('PRIMARY'), record('SECONDARY', { values: ['east.elb.amazonaws.com'] })] }),
    /^failed routing: .* nothing to fail over to/,
  ],
  [
    'no health check',
    zone({ records: [bareOf(record('PRIMARY')), record('SECONDARY')] }),
    /^failed unwatched: gateway.* never fails over: nothing checks its health/,
  ],
  [
    'a health check that is gone',
    zone({ healthChecks: [] }),
    /^failed unwatched: .* its health check hc-1 does not exist/,
  ],
  [
    'a health check that is inverted',
    zone({ healthChecks: [{ ...check, inverted: true }] }),
    /^failed health-check: .* hc-1 is inverted/,
  ],
  [
    'a health check that is disabled',
    zone({ healthChecks: [{ ...check, disabled: true }] }),
    /^failed health-check: .* hc-1 is disabled/,
  ],
  [
    'a health check of a private address',
    zone({ healthChecks: [{ ...check, type: 'TCP', target: '10.10.0.9' }] }),
    /^failed health-check: .* asks 10\.10\.0\.9 by TCP, which is a private address/,
  ],
  [
    'a record that leads to no gateway',
    zone({ records: [record('PRIMARY', { values: ['old.elb.amazonaws.com'] }), record('SECONDARY')] }),
    /^failed stale: .* leads to old\.elb/,
  ],
  [
    'a gateway that no record leads to',
    zone({ records: [record('PRIMARY', { values: ['old.elb.amazonaws.com'] }), record('SECONDARY')] }),
    /^failed unnamed: no record leads to the gateway of east/,
  ],
];

for (const [name, found, says] of CASES) {
  test(`finds ${name}`, () => {
    expect(
      words(found).some((one) => says.test(one)),
      words(found).join('\n'),
    ).toBe(true);
  });
}

test('latency records need a region, and each of them a check', () => {
  const latency = { ...wish, routing: 'latency' } as const;
  expect(words(zone(), latency)).toContainEqual(expect.stringContaining('it is no latency record'));
  const east = record('PRIMARY', { region: 'eu-central-1' });
  const west = record('SECONDARY', { region: 'us-west-2' });
  expect(words(zone({ records: [east, west] }), latency)).toEqual([
    expect.stringContaining('(west) never fails over'),
  ]);
});
