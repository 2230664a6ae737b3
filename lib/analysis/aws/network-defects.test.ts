import { expect, test } from '@playwright/test';
import {
  entry,
  failures,
  first,
  groupOf,
  naclOf,
  peeredNetwork,
  routeTo,
  ruleFor,
  type SampleNetwork,
  tableOf,
  transitNetwork,
} from './sample-network.ts';

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
