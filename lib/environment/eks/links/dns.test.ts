import { expect, test } from '@playwright/test';
import { ownerByReference } from '../../../aws/zones.ts';
import { gatewayRecords } from './dns.ts';

const gateways = [
  {
    cluster: 'east',
    region: 'eu-central-1',
    host: 'e.elb.eu-central-1.amazonaws.com',
    healthCheck: 'h-east',
  },
  { cluster: 'west', region: 'eu-west-1', host: 'w.elb.eu-west-1.amazonaws.com', healthCheck: 'h-west' },
];
const dns = { zone: 'mesh.example.internal', routing: 'failover', ttlMs: 30_000 } as const;
const shared = (routing: 'failover' | 'latency') =>
  gatewayRecords({ ...dns, routing }, gateways).filter(
    ({ Name }) => Name === 'gateway.mesh.example.internal',
  );

test('every record has the TTL of the file, and each gateway a name of its own', () => {
  const all = gatewayRecords(dns, gateways);
  expect(new Set(all.map(({ TTL }) => TTL))).toEqual(new Set([30]));
  expect(all.find(({ Name }) => Name === 'west.gateway.mesh.example.internal')).toMatchObject({
    ResourceRecords: [{ Value: 'w.elb.eu-west-1.amazonaws.com' }],
  });
});

test('failover has a primary and a stand-in, both with their health checks', () => {
  expect(shared('failover').map(({ Failover, HealthCheckId }) => [Failover, HealthCheckId])).toEqual([
    ['PRIMARY', 'h-east'],
    ['SECONDARY', 'h-west'],
  ]);
});

test('latency has one for each region, told apart', () => {
  expect(shared('latency').map(({ Region, SetIdentifier }) => [Region, SetIdentifier])).toEqual([
    ['eu-central-1', 'east'],
    ['eu-west-1', 'west'],
  ]);
});

test('one gateway alone has nothing to fail over to', () => {
  expect(gatewayRecords(dns, gateways.slice(0, 1))).toHaveLength(1);
});

test('whose a zone is stands in the reference that it was made with', () => {
  expect(ownerByReference('meshproof:shop:1800000000:0a1b2c')).toEqual({
    environment: 'shop',
    owner: '',
    expires: '2027-01-15T08:00:00.000Z',
  });
  expect(ownerByReference('terraform-20261122')).toBeUndefined();
});
