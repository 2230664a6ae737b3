import type {
  NatGateway,
  NetworkAcl,
  Subnet,
  Tag,
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayPeeringAttachment,
  TransitGatewayRoute,
  TransitGatewayRouteTable,
  Vpc,
  VpcEndpoint,
  VpcPeeringConnection,
  VpcPeeringConnectionVpcInfo,
} from '@aws-sdk/client-ec2';
import type {
  AwsAttachment,
  AwsEndpoint,
  AwsNatGateway,
  AwsNetworkAcl,
  AwsPeering,
  AwsPeeringSide,
  AwsSubnet,
  AwsTags,
  AwsTransitGateway,
  AwsTransitRouteTable,
  AwsVpc,
} from '../../model/aws.ts';

/** Tags of the EC2 API as a plain object. */
export function tags(list: readonly Tag[] | undefined): AwsTags {
  return Object.fromEntries((list ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

export function vpc(one: Vpc): AwsVpc {
  const more = (one.CidrBlockAssociationSet ?? [])
    .filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated')
    .flatMap(({ CidrBlock }) => CidrBlock ?? []);
  return {
    id: one.VpcId ?? '',
    cidrs: [...new Set([...(one.CidrBlock === undefined ? [] : [one.CidrBlock]), ...more])],
    tags: tags(one.Tags),
  };
}

export function subnet(one: Subnet): AwsSubnet {
  const { SubnetId: id = '', VpcId = '', CidrBlock: cidr = '', AvailabilityZone: zone = '' } = one;
  return { id, vpc: VpcId, cidr, zone, tags: tags(one.Tags) };
}

export function networkAcl(one: NetworkAcl): AwsNetworkAcl {
  return {
    id: one.NetworkAclId ?? '',
    vpc: one.VpcId ?? '',
    isDefault: one.IsDefault === true,
    subnets: (one.Associations ?? []).map((each) => ({
      subnet: each.SubnetId ?? '',
      association: each.NetworkAclAssociationId ?? '',
    })),
    // Entries for IPv6 have no IPv4 range.
    entries: (one.Entries ?? [])
      .filter(({ CidrBlock }) => CidrBlock !== undefined)
      .map((entry) => ({
        number: entry.RuleNumber ?? 0,
        egress: entry.Egress === true,
        action: entry.RuleAction === 'allow' ? 'allow' : 'deny',
        protocol: entry.Protocol ?? '-1',
        cidr: entry.CidrBlock ?? '',
        fromPort: entry.IcmpTypeCode?.Type ?? entry.PortRange?.From ?? -1,
        toPort: entry.IcmpTypeCode?.Code ?? entry.PortRange?.To ?? -1,
      })),
    tags: tags(one.Tags),
  };
}

export function peering(one: VpcPeeringConnection): AwsPeering {
  return {
    id: one.VpcPeeringConnectionId ?? '',
    status: one.Status?.Code ?? 'unknown',
    requester: side(one.RequesterVpcInfo),
    accepter: side(one.AccepterVpcInfo),
    tags: tags(one.Tags),
  };
}

function side(info: VpcPeeringConnectionVpcInfo = {}): AwsPeeringSide {
  const more = (info.CidrBlockSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? []);
  return {
    account: info.OwnerId ?? '',
    region: info.Region ?? '',
    vpc: info.VpcId ?? '',
    cidrs: [...new Set([...(info.CidrBlock === undefined ? [] : [info.CidrBlock]), ...more])],
  };
}

export function natGateway(one: NatGateway): AwsNatGateway {
  const { NatGatewayId: id = '', VpcId = '', SubnetId = '', State: state = 'unknown' } = one;
  return { id, vpc: VpcId, subnet: SubnetId, state, tags: tags(one.Tags) };
}

export function endpoint(one: VpcEndpoint): AwsEndpoint {
  return {
    id: one.VpcEndpointId ?? '',
    vpc: one.VpcId ?? '',
    service: one.ServiceName ?? '',
    kind: one.VpcEndpointType ?? '',
    state: one.State ?? 'unknown',
    subnets: one.SubnetIds ?? [],
    routeTables: one.RouteTableIds ?? [],
    tags: tags(one.Tags),
  };
}

export function transitGateway(one: TransitGateway): AwsTransitGateway {
  const table = one.Options?.AssociationDefaultRouteTableId;
  return {
    id: one.TransitGatewayId ?? '',
    owner: one.OwnerId ?? '',
    state: one.State ?? 'unknown',
    ...(table === undefined ? {} : { defaultRouteTable: table }),
    tags: tags(one.Tags),
  };
}

/** The two ends of something, as seen from one of them. */
export interface PeerEnds {
  here: string;
  there: string;
}

/** The ends of a peering of transit gateways that are in a region: one, none, or both. */
export function endsIn(one: TransitGatewayPeeringAttachment, region: string): PeerEnds[] {
  const [a, b] = [one.RequesterTgwInfo, one.AccepterTgwInfo];
  return [
    { here: a, there: b },
    { here: b, there: a },
  ].flatMap(({ here, there }) =>
    here?.Region === region && here.TransitGatewayId !== undefined && there?.TransitGatewayId !== undefined
      ? [{ here: here.TransitGatewayId, there: there.TransitGatewayId }]
      : [],
  );
}

export function attachment(
  one: TransitGatewayAttachment,
  known: {
    end: PeerEnds | undefined;
    subnets: readonly string[];
    routeTable: string | undefined;
  },
): AwsAttachment {
  return {
    id: one.TransitGatewayAttachmentId ?? '',
    transitGateway: known.end?.here ?? one.TransitGatewayId ?? '',
    kind: one.ResourceType ?? '',
    resource: known.end?.there ?? one.ResourceId ?? '',
    state: one.State ?? 'unknown',
    ...(known.routeTable === undefined ? {} : { routeTable: known.routeTable }),
    subnets: [...known.subnets],
    tags: tags(one.Tags),
  };
}

export function transitRouteTable(
  one: TransitGatewayRouteTable,
  known: { associations: string[]; propagations: string[]; routes: readonly TransitGatewayRoute[] },
): AwsTransitRouteTable {
  return {
    id: one.TransitGatewayRouteTableId ?? '',
    transitGateway: one.TransitGatewayId ?? '',
    associations: known.associations,
    propagations: known.propagations,
    routes: known.routes.map((route) => {
      const attached = route.TransitGatewayAttachments?.[0]?.TransitGatewayAttachmentId;
      return {
        destination: route.DestinationCidrBlock ?? route.PrefixListId ?? '',
        ...(attached === undefined ? {} : { attachment: attached }),
        state: route.State === 'blackhole' ? 'blackhole' : 'active',
        type: route.Type === 'static' ? 'static' : 'propagated',
      };
    }),
    tags: tags(one.Tags),
  };
}
