import type { IpPermission, Route, RouteTable, SecurityGroup } from '@aws-sdk/client-ec2';
import type { AwsRoute, AwsRouteTable, AwsRule, AwsSecurityGroup } from '../../model/aws.ts';
import { tags } from './plain.ts';

export function routeTable(one: RouteTable): AwsRouteTable {
  const associations = one.Associations ?? [];
  return {
    id: one.RouteTableId ?? '',
    vpc: one.VpcId ?? '',
    main: associations.some(({ Main }) => Main === true),
    subnets: associations.flatMap(({ SubnetId }) => SubnetId ?? []),
    // Routes for IPv6 have neither.
    routes: (one.Routes ?? [])
      .filter((each) => each.DestinationCidrBlock !== undefined || each.DestinationPrefixListId !== undefined)
      .map(route),
    tags: tags(one.Tags),
  };
}

function route(one: Route): AwsRoute {
  return {
    destination: one.DestinationCidrBlock ?? one.DestinationPrefixListId ?? '',
    target: targetOf(one),
    state: one.State === 'blackhole' ? 'blackhole' : 'active',
  };
}

function targetOf(one: Route): AwsRoute['target'] {
  if (one.VpcPeeringConnectionId !== undefined) return { kind: 'peering', id: one.VpcPeeringConnectionId };
  if (one.TransitGatewayId !== undefined) return { kind: 'transit-gateway', id: one.TransitGatewayId };
  if (one.NatGatewayId !== undefined) return { kind: 'nat-gateway', id: one.NatGatewayId };
  if (one.InstanceId !== undefined) return { kind: 'instance', id: one.InstanceId };
  if (one.NetworkInterfaceId !== undefined) return { kind: 'network-interface', id: one.NetworkInterfaceId };
  // Everything else is a "gateway" to the API, told apart by its id.
  const id = one.GatewayId ?? one.LocalGatewayId ?? one.CarrierGatewayId ?? one.CoreNetworkArn ?? '';
  if (id === 'local') return { kind: 'local', id };
  if (id.startsWith('igw-')) return { kind: 'internet-gateway', id };
  if (id.startsWith('vgw-')) return { kind: 'vpn-gateway', id };
  if (id.startsWith('vpce-')) return { kind: 'endpoint', id };
  return { kind: 'other', id };
}

export function securityGroup(one: SecurityGroup): AwsSecurityGroup {
  return {
    id: one.GroupId ?? '',
    name: one.GroupName ?? '',
    vpc: one.VpcId ?? '',
    ingress: (one.IpPermissions ?? []).map(rule),
    egress: (one.IpPermissionsEgress ?? []).map(rule),
    tags: tags(one.Tags),
  };
}

function rule(one: IpPermission): AwsRule {
  return {
    protocol: one.IpProtocol ?? '-1',
    fromPort: one.FromPort ?? -1,
    toPort: one.ToPort ?? -1,
    cidrs: (one.IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
    groups: (one.UserIdGroupPairs ?? []).flatMap(({ GroupId }) => GroupId ?? []),
    prefixLists: (one.PrefixListIds ?? []).flatMap(({ PrefixListId }) => PrefixListId ?? []),
  };
}
