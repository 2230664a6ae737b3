import { analyseNetwork } from './network.ts';
import type { AwsClusterPlace } from '../../model/aws-check.ts';
import type {
  AwsNaclEntry,
  AwsNetwork,
  AwsNetworkAcl,
  AwsRoute,
  AwsRule,
  AwsSecurityGroup,
} from '../../model/aws.ts';
import type { MeshPort } from '../../model/mesh-port.ts';

/** Two clusters, each in a region of its own, for tests: everything is open that must be, and nothing else. */
export interface SampleNetwork {
  east: AwsNetwork;
  west: AwsNetwork;
  places: { east: AwsClusterPlace; west: AwsClusterPlace };
}

export const SAMPLE_PORTS: readonly MeshPort[] = [
  { protocol: 'tcp', port: 15_443, clusters: 'between', from: 'nodes', to: 'nodes', what: 'gateway' },
  { protocol: 'tcp', port: 443, clusters: 'between', from: 'nodes', to: 'api-server', what: 'API server' },
  { protocol: 'tcp', port: 15_017, clusters: 'within', from: 'api-server', to: 'nodes', what: 'webhooks' },
];

const REGIONS = { east: 'eu-central-1', west: 'us-west-2' } as const;
const ACCOUNT = '111122223333';

type Name = keyof typeof REGIONS;

/** Linked by a peering between the regions. */
export function peeredNetwork(): SampleNetwork {
  const sample = bareNetwork();
  const side = (name: Name) => ({
    account: ACCOUNT,
    region: REGIONS[name],
    vpc: `vpc-${name}`,
    cidrs: [rangeIn(name)],
  });
  const peering = {
    id: 'pcx-1',
    status: 'active',
    requester: side('east'),
    accepter: side('west'),
    tags: {},
  };
  for (const name of ['east', 'west'] as const) {
    sample[name].peerings.push(structuredClone(peering));
    tableOf(sample, name).routes.push(routeTo(rangeIn(other(name)), 'peering', 'pcx-1'));
  }
  return sample;
}

/** Linked by a transit gateway in each region, and a peering of these. */
export function transitNetwork(): SampleNetwork {
  const sample = bareNetwork();
  for (const name of ['east', 'west'] as const) {
    const far = other(name);
    const network = sample[name];
    const common = {
      transitGateway: `tgw-${name}`,
      state: 'available',
      routeTable: `tgw-rtb-${name}`,
      tags: {},
    };
    const vpc = {
      id: `tgw-attach-${name}`,
      kind: 'vpc',
      resource: `vpc-${name}`,
      subnets: [`subnet-${name}-a`, `subnet-${name}-b`],
    };
    const peer = { id: 'tgw-attach-peer', kind: 'peering', resource: `tgw-${far}`, subnets: [] };
    network.transitGateways.push({ id: `tgw-${name}`, owner: ACCOUNT, state: 'available', tags: {} });
    network.attachments.push({ ...common, ...vpc }, { ...common, ...peer });
    network.transitRouteTables.push({
      id: `tgw-rtb-${name}`,
      transitGateway: `tgw-${name}`,
      associations: [vpc.id, peer.id],
      propagations: [vpc.id],
      routes: [
        { destination: rangeIn(name), attachment: vpc.id, state: 'active', type: 'propagated' },
        { destination: rangeIn(far), attachment: peer.id, state: 'active', type: 'static' },
      ],
      tags: {},
    });
    tableOf(sample, name).routes.push(routeTo(rangeIn(far), 'transit-gateway', `tgw-${name}`));
  }
  return sample;
}

/** The networks and places of a sample, as the analysis takes them. */
export function partsOf({ east, west, places }: SampleNetwork): [AwsNetwork[], AwsClusterPlace[]] {
  return [
    [east, west],
    [places.east, places.west],
  ];
}

export function tableOf(sample: SampleNetwork, name: Name) {
  return first(sample[name].routeTables);
}

export function groupOf(sample: SampleNetwork, name: Name): AwsSecurityGroup {
  return first(sample[name].securityGroups);
}

export function naclOf(sample: SampleNetwork, name: Name): AwsNetworkAcl {
  return first(sample[name].networkAcls);
}

export function ruleFor(cidr: string, fromPort: number, toPort = fromPort, protocol = 'tcp'): AwsRule {
  return { protocol, fromPort, toPort, cidrs: [cidr], groups: [], prefixLists: [] };
}

export function entry(number: number, changes: Partial<AwsNaclEntry>): AwsNaclEntry {
  return {
    number,
    egress: false,
    action: 'allow',
    protocol: '-1',
    cidr: '0.0.0.0/0',
    fromPort: -1,
    toPort: -1,
    ...changes,
  };
}

export function routeTo(destination: string, kind: AwsRoute['target']['kind'], id: string): AwsRoute {
  return { destination, target: { kind, id }, state: 'active' };
}

export function first<T>(all: readonly T[]): T {
  const [one] = all;
  if (one === undefined) throw new Error('the sample has none');
  return one;
}

function bareNetwork(): SampleNetwork {
  return {
    east: networkOf('east'),
    west: networkOf('west'),
    places: { east: placeOf('east'), west: placeOf('west') },
  };
}

function networkOf(name: Name): AwsNetwork {
  const vpc = `vpc-${name}`;
  const subnets = ['a', 'b'].map((zone, index) => ({
    id: `subnet-${name}-${zone}`,
    vpc,
    cidr: rangeIn(name).replace('.0.0/16', `.${index}.0/24`),
    zone: `${REGIONS[name]}${zone}`,
    tags: {},
  }));
  const ids = subnets.map(({ id }) => id);
  const rules = [ruleFor(rangeIn(other(name)), 15_443), ruleFor(rangeIn(other(name)), 443)];
  const itself: AwsRule = {
    protocol: '-1',
    fromPort: -1,
    toPort: -1,
    cidrs: [],
    groups: [`sg-${name}`],
    prefixLists: [],
  };
  return {
    account: ACCOUNT,
    region: REGIONS[name],
    vpcs: [{ id: vpc, cidrs: [rangeIn(name)], tags: {} }],
    subnets,
    routeTables: [
      {
        id: `rtb-${name}`,
        vpc,
        main: true,
        subnets: [],
        routes: [routeTo(rangeIn(name), 'local', 'local')],
        tags: {},
      },
    ],
    securityGroups: [
      {
        id: `sg-${name}`,
        name: `nodes-${name}`,
        vpc,
        ingress: [itself, ...rules],
        egress: [ruleFor('0.0.0.0/0', -1, -1, '-1')],
        tags: {},
      },
    ],
    networkAcls: [
      {
        id: `acl-${name}`,
        vpc,
        isDefault: true,
        subnets: ids.map((subnet) => ({ subnet, association: `aclassoc-${subnet}` })),
        entries: [true, false].flatMap((egress) => [
          entry(100, { egress }),
          entry(32_767, { egress, action: 'deny' }),
        ]),
        tags: {},
      },
    ],
    peerings: [],
    transitGateways: [],
    attachments: [],
    transitRouteTables: [],
    natGateways: [],
    endpoints: [],
  };
}

function placeOf(name: Name): AwsClusterPlace {
  const machines = { subnets: [`subnet-${name}-a`, `subnet-${name}-b`], securityGroups: [`sg-${name}`] };
  return {
    cluster: name,
    account: ACCOUNT,
    region: REGIONS[name],
    vpc: `vpc-${name}`,
    serviceCidr: name === 'east' ? '172.20.0.0/16' : '172.21.0.0/16',
    nodes: machines,
    apiServer: machines,
    nodeMtu: 9001,
  };
}

function rangeIn(name: Name): string {
  return name === 'east' ? '10.10.0.0/16' : '10.20.0.0/16';
}

function other(name: Name): Name {
  return name === 'east' ? 'west' : 'east';
}

/** What is wrong with a network, in words. */
export function failures(sample: SampleNetwork): string[] {
  return analyseNetwork(...partsOf(sample), SAMPLE_PORTS)
    .findings.filter(({ severity }) => severity === 'failed')
    .map(({ kind, words }) => `${kind}: ${words}`);
}
