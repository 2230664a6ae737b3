import { expect, test } from '@playwright/test';
import type { AwsFinding } from '../../model/aws-check.ts';
import { analyseNetwork, disagreements } from './network.ts';
import {
  entry,
  failures,
  first,
  groupOf,
  naclOf,
  partsOf,
  peeredNetwork,
  routeTo,
  ruleFor,
  SAMPLE_PORTS,
  type SampleNetwork,
  tableOf,
  transitNetwork,
} from './sample-network.ts';

function remarks(sample: SampleNetwork): AwsFinding[] {
  return analyseNetwork(...partsOf(sample), SAMPLE_PORTS).findings.filter(
    ({ severity }) => severity === 'remark',
  );
}

test('a network with what the mesh needs and nothing more has no failure, by peering and by transit gateway', () => {
  expect(failures(peeredNetwork())).toEqual([]);
  expect(failures(transitNetwork())).toEqual([]);
  const { paths } = analyseNetwork(...partsOf(transitNetwork()), SAMPLE_PORTS);
  expect(paths.filter(({ allowed }) => !allowed)).toEqual([]);
  expect(paths.find(({ from, port }) => from === 'east' && port === 15_443)).toMatchObject({
    links: ['tgw-east', 'tgw-attach-peer', 'tgw-west'],
    mtu: 8500,
  });
});

test('says what a link does to large packets, and nothing where nodes send smaller ones', () => {
  expect(remarks(peeredNetwork()).map(({ words }) => words)).toContainEqual(
    expect.stringContaining('the peering between regions carries 8500: senders are told'),
  );
  expect(remarks(transitNetwork()).map(({ words }) => words)).toContainEqual(
    expect.stringContaining('drops larger ones without a report: TCP is adapted by it, UDP is lost'),
  );
  const small = transitNetwork();
  for (const name of ['east', 'west'] as const) small.places[name] = { ...small.places[name], nodeMtu: 1500 };
  expect(remarks(small)).toEqual([]);
});

test('a way over a VPN is not judged beyond the gateway', () => {
  const sample = peeredNetwork();
  for (const [name, range] of [
    ['east', '10.20.0.0/16'],
    ['west', '10.10.0.0/16'],
  ] as const)
    tableOf(sample, name).routes[1] = routeTo(range, 'vpn-gateway', `vgw-${name}`);
  expect(remarks(sample).map(({ words }) => words)).toContainEqual(
    'east → west leaves AWS through vgw-east, vgw-west: it can only be measured',
  );
});

test('what comes out of a transit gateway into the subnet of its interface is not filtered by its network ACL', () => {
  const closed = entry(50, { action: 'deny', cidr: '10.10.0.0/16' });
  const sample = transitNetwork();
  naclOf(sample, 'west').entries.push(closed);
  expect(failures(sample).filter((one) => one.includes('ingress rule 50'))).toEqual([]);
  // … and it is where the interfaces have subnets of their own.
  const apart = transitNetwork();
  naclOf(apart, 'west').entries.push(closed);
  for (const zone of ['a', 'b']) {
    const subnet = first(apart.west.subnets);
    apart.west.subnets.push({
      ...subnet,
      id: `subnet-tgw-${zone}`,
      cidr: '10.20.9.0/28',
      zone: `us-west-2${zone}`,
    });
  }
  first(apart.west.attachments).subnets = ['subnet-tgw-a', 'subnet-tgw-b'];
  expect(failures(apart).some((one) => one.includes('ingress rule 50'))).toBe(true);
});

test('a rule by group is worth something within a region, and over no peering between regions', () => {
  const sample = peeredNetwork();
  for (const rule of groupOf(sample, 'west').ingress.filter(({ cidrs }) => cidrs.length > 0))
    Object.assign(rule, { cidrs: [], groups: ['sg-east'] });
  expect(failures(sample).some((one) => /denied by security group sg-west/.test(one))).toBe(true);
  sample.places.west = { ...sample.places.west, region: sample.places.east.region };
  expect(failures(sample)).toEqual([]);
});

test('what the lists keep out is not open, whatever the group says', () => {
  const sample = peeredNetwork();
  groupOf(sample, 'west').ingress.push(ruleFor('10.10.0.0/16', 8080));
  expect(failures(sample).some((one) => one.startsWith('too-open') && one.includes('tcp 8080'))).toBe(true);
  naclOf(sample, 'west').entries.push(
    entry(10, { action: 'deny', protocol: '6', fromPort: 8080, toPort: 8080 }),
  );
  expect(failures(sample).filter((one) => one.startsWith('too-open'))).toEqual([]);
});

test('calls that end otherwise than the configuration says are a finding, both ways', () => {
  const { paths } = analyseNetwork(...partsOf(peeredNetwork()), SAMPLE_PORTS);
  const way = { from: 'east', to: 'west', port: 15_443 };
  expect(disagreements(paths, [{ ...way, reached: true }])).toEqual([]);
  expect(disagreements(paths, [{ ...way, reached: false }])).toMatchObject([
    {
      words: 'east → west tcp 15443: the configuration allows it, and calls did not get through',
      severity: 'failed',
    },
  ]);
  const shut = paths.map((path) => ({ ...path, allowed: false }));
  expect(disagreements(shut, [{ ...way, reached: true }])).toMatchObject([
    { words: 'east → west tcp 15443: the configuration denies it, and calls got through' },
  ]);
});
