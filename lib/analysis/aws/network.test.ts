import { expect, test } from '@playwright/test';
import type { AwsFinding } from '../../model/aws-check.ts';
import { analyseNetwork, disagreements } from './network.ts';
import {
  entry,
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

function failures(sample: SampleNetwork): string[] {
  return analyseNetwork(...partsOf(sample), SAMPLE_PORTS)
    .findings.filter(({ severity }) => severity === 'failed')
    .map(({ kind, words }) => `${kind}: ${words}`);
}

function remarks(sample: SampleNetwork): AwsFinding[] {
  return analyseNetwork(...partsOf(sample), SAMPLE_PORTS).findings.filter(
    ({ severity }) => severity === 'remark',
  );
}

/** A planted defect, and what must be said of it. */
interface Case {
  name: string;
  plant(sample: SampleNetwork): void;
  says: RegExp[];
  made?: () => SampleNetwork;
}

const CASES: Case[] = [
  {
    name: 'a route that is missing',
    plant: (sample) => void tableOf(sample, 'east').routes.pop(),
    says: [
      /^port-blocked: east → west tcp 15443 \(gateway\) is denied by route rtb-east: no route to 10\.20\.0\.0\/24/,
    ],
  },
  {
    name: 'a way back that is missing',
    plant: (sample) => void tableOf(sample, 'west').routes.pop(),
    says: [
      /^port-blocked: east → west tcp 443 .* denied by route rtb-west: no route to 10\.10\..*, for answers to/,
      /^asymmetric-route: packets east → west take pcx-1, and their answers nowhere \(rtb-west: no route/,
    ],
  },
  {
    name: 'a peering that nobody accepted',
    plant: ({ east, west }) => {
      for (const one of [...east.peerings, ...west.peerings]) one.status = 'pending-acceptance';
    },
    says: [/^port-blocked: east → west .* denied by peering pcx-1: it is pending-acceptance/],
  },
  {
    name: 'a route whose target is gone',
    plant: (sample) => {
      tableOf(sample, 'east').routes[1] = {
        ...routeTo('10.20.0.0/16', 'peering', 'pcx-gone'),
        state: 'blackhole',
      };
    },
    says: [
      /^port-blocked: .* the route 10\.20\.0\.0\/16 → pcx-gone is a blackhole/,
      /^blackhole-route: rtb-east: the route 10\.20\.0\.0\/16 → pcx-gone is a blackhole: west cannot be reached from east/,
    ],
  },
  {
    name: 'a more specific route that leads elsewhere',
    plant: (sample) =>
      void tableOf(sample, 'east').routes.push(routeTo('10.20.1.128/25', 'nat-gateway', 'nat-1')),
    says: [
      /^port-blocked: east → west tcp 15443 .*\(2 of 4 pairs of subnets\) by route rtb-east: the route 10\.20\.1\.128\/25 → nat-1 does not lead to vpc-west/,
    ],
  },
  {
    name: 'a security group without the port',
    plant: (sample) => {
      const group = groupOf(sample, 'west');
      group.ingress = group.ingress.filter(({ fromPort }) => fromPort !== 15_443);
    },
    says: [
      /^port-blocked: east → west tcp 15443 \(gateway\) is denied by security group sg-west: no ingress rule lets it pass$/,
    ],
  },
  {
    name: 'a security group for a part of the callers',
    plant: (sample) => {
      for (const rule of groupOf(sample, 'west').ingress)
        if (rule.fromPort === 443) rule.cidrs = ['10.10.0.0/25'];
    },
    says: [/^port-blocked: east → west tcp 443 .* no ingress rule lets it pass for all of those addresses/],
  },
  {
    name: 'a security group that lets nothing out',
    plant: (sample) => void (groupOf(sample, 'east').egress = []),
    says: [/^port-blocked: east → west tcp 15443 .* sg-east: no egress rule/],
  },
  {
    name: 'webhooks that the API server cannot reach',
    plant: (sample) => {
      sample.east.securityGroups.push({
        ...structuredClone(groupOf(sample, 'east')),
        id: 'sg-control',
        ingress: [],
      });
      sample.places.east = {
        ...sample.places.east,
        apiServer: { ...sample.places.east.apiServer, securityGroups: ['sg-control'] },
      };
    },
    says: [/^port-blocked: within east tcp 15017 \(webhooks\) is denied by security group sg-east/],
  },
  {
    name: 'a network ACL that denies before it allows',
    plant: (sample) =>
      void naclOf(sample, 'west').entries.push(entry(50, { action: 'deny', cidr: '10.10.1.0/24' })),
    says: [
      /^port-blocked: east → west tcp 15443 .* network ACL acl-west: ingress rule 50 \(deny 10\.10\.1\.0\/24\)/,
    ],
  },
  {
    name: 'a network ACL that forgets the ports of answers',
    plant: (sample) => {
      naclOf(sample, 'east').entries = [
        entry(100, { egress: true }),
        entry(100, { protocol: '6', fromPort: 443, toPort: 443 }),
        entry(110, { protocol: '6', fromPort: 15_443, toPort: 15_443 }),
        entry(120, { protocol: '1' }),
      ];
    },
    says: [
      /^port-blocked: east → west tcp 443 .* network ACL acl-east: no ingress rule allows it, for answers to 10\.10\.0\.0\/24/,
    ],
  },
  {
    name: 'a security group that is opened for everything of the other cluster',
    plant: (sample) => void groupOf(sample, 'west').ingress.push(ruleFor('10.10.0.0/16', -1, -1, '-1')),
    says: [
      /^too-open: sg-west \(nodes-west\) of west lets east in on tcp 0–442, tcp 444–15442, tcp 15444–65535, udp, all ports, which the mesh does not need \(tcp 15443, tcp 443\)/,
    ],
  },
  {
    name: 'a security group that is open to the world',
    plant: (sample) => void groupOf(sample, 'east').ingress.push(ruleFor('0.0.0.0/0', 22)),
    says: [
      /^open-to-world: sg-east \(nodes-east\) of east lets every address \(0\.0\.0\.0\/0\) in on tcp 22/,
    ],
  },
  {
    name: 'VPCs that overlap',
    plant: ({ west }) => void first(west.vpcs).cidrs.push('10.10.128.0/20'),
    says: [/^overlapping-ranges: the VPCs of east \(10\.10\.0\.0\/16\) and west \(.*\) overlap/],
  },
  {
    name: 'services that hide a VPC',
    plant: ({ places }) => void (places.east = { ...places.east, serviceCidr: '10.20.0.0/16' }),
    says: [
      /^overlapping-ranges: the service range 10\.20\.0\.0\/16 of east hides addresses of the VPC of west/,
    ],
  },
  {
    name: 'reports of small packets that are kept out',
    plant: (sample) => {
      naclOf(sample, 'east').entries = [
        entry(90, { protocol: '1', action: 'deny' }),
        ...naclOf(sample, 'east').entries,
      ];
    },
    says: [
      /^mtu: east → west: nodes send packets of 9001 bytes, the peering between regions carries 8500, and acl-east keeps the reports/,
    ],
  },
  {
    name: 'a subnet that was not read',
    plant: ({ west }) => void west.subnets.pop(),
    says: [/^unknown: west: subnet-west-b could not be read/],
  },
  {
    name: 'a zone without an interface of the transit gateway',
    made: transitNetwork,
    plant: ({ east }) => void first(east.attachments).subnets.pop(),
    says: [/^port-blocked: .*transit gateway tgw-attach-east: the attachment has no subnet in eu-central-1b/],
  },
  {
    name: 'an attachment without an association',
    made: transitNetwork,
    plant: ({ east }) => void delete first(east.attachments).routeTable,
    says: [
      /^port-blocked: east → west .* transit gateway tgw-attach-east: the attachment is associated with no route table/,
    ],
  },
  {
    name: 'a propagation that is missing',
    made: transitNetwork,
    plant: ({ west }) => void first(west.transitRouteTables).routes.shift(),
    says: [/^port-blocked: east → west .* transit gateway tgw-rtb-west: no route to 10\.20\.0\.0\/24/],
  },
  {
    name: 'a blackhole in the transit gateway',
    made: transitNetwork,
    plant: ({ east }) => {
      first(east.transitRouteTables).routes[1] = {
        destination: '10.20.0.0/16',
        state: 'blackhole',
        type: 'static',
      };
    },
    says: [
      /^port-blocked: east → west .* transit gateway tgw-rtb-east: the route 10\.20\.0\.0\/16 is a blackhole/,
      /^blackhole-route: tgw-rtb-east: the route 10\.20\.0\.0\/16 → nowhere is a blackhole: west cannot/,
    ],
  },
  {
    name: 'a way back by another link',
    made: transitNetwork,
    plant: (sample) => {
      const [peering] = peeredNetwork().east.peerings;
      if (peering) sample.east.peerings.push(peering);
      tableOf(sample, 'west').routes.push(routeTo('10.10.0.0/17', 'peering', 'pcx-1'));
    },
    says: [
      /^asymmetric-route: packets east → west take tgw-east → tgw-attach-peer → tgw-west, and their answers pcx-1/,
    ],
  },
];

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

for (const { name, plant, says, made = peeredNetwork } of CASES) {
  test(`finds ${name}`, () => {
    const sample = made();
    plant(sample);
    const found = failures(sample);
    for (const words of says)
      expect(
        found.some((one) => words.test(one)),
        found.join('\n'),
      ).toBe(true);
  });
}

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
