import {
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  paginateDescribeSecurityGroupRules,
  paginateGetTransitGatewayRouteTableAssociations,
} from '@aws-sdk/client-ec2';
import { GetHealthCheckCommand } from '@aws-sdk/client-route-53';
import type { AwsNodeGroup, AwsObject, AwsOwn } from '../model/aws-fault.ts';
import { awsClients } from './clients.ts';
import { templatesOf } from './experiments.ts';
import { allOf } from './pages.ts';
import { groupsLine, instanceLine, naclLine, routeLine, securityRuleLine, stateLine } from './state-lines.ts';
import { TAG } from './tags.ts';

/** The state of an object that faults change, one line for each entry, rule, route or association, in a fixed order. */
export async function readState(object: AwsObject): Promise<string[]> {
  return (await linesOf(object)).toSorted();
}

async function linesOf({ kind, id, place }: AwsObject): Promise<string[]> {
  const { ec2, route53 } = awsClients(place);
  switch (kind) {
    case 'network-acl': {
      const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ NetworkAclIds: [id] }));
      return NetworkAcls.flatMap(({ Entries = [], Associations = [] }) => [
        ...Entries.map(naclLine),
        ...Associations.map(({ NetworkAclAssociationId, SubnetId }) =>
          stateLine({ NetworkAclAssociationId, SubnetId }),
        ),
      ]);
    }
    case 'security-group': {
      const pages = paginateDescribeSecurityGroupRules(
        { client: ec2 },
        { Filters: [{ Name: 'group-id', Values: [id] }] },
      );
      return (await allOf(pages, (page) => page.SecurityGroupRules)).map(securityRuleLine);
    }
    case 'network-interface': {
      const { NetworkInterfaces = [] } = await ec2.send(
        new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }),
      );
      return NetworkInterfaces.map(({ Groups = [] }) =>
        groupsLine(Groups.map(({ GroupId = '' }) => GroupId)),
      );
    }
    case 'route-table': {
      const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] }));
      return RouteTables.flatMap(({ Routes = [], Associations = [] }) => [
        ...Routes.map(routeLine),
        ...Associations.map(({ RouteTableAssociationId, SubnetId, GatewayId, Main }) =>
          stateLine({ RouteTableAssociationId, SubnetId, GatewayId, Main }),
        ),
      ]);
    }
    case 'transit-route-table': {
      const pages = paginateGetTransitGatewayRouteTableAssociations(
        { client: ec2 },
        { TransitGatewayRouteTableId: id },
      );
      return (await allOf(pages, (page) => page.Associations)).map(({ TransitGatewayAttachmentId, State }) =>
        stateLine({ TransitGatewayAttachmentId, State }),
      );
    }
    case 'health-check': {
      const { HealthCheck } = await route53.send(new GetHealthCheckCommand({ HealthCheckId: id }));
      const { Inverted = false, ...rest } = HealthCheck?.HealthCheckConfig ?? {};
      return [
        stateLine({ Inverted }),
        ...Object.entries(rest).map(([key, value]) => stateLine({ [key]: value })),
      ];
    }
    case 'instance': {
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
      return Reservations.flatMap(({ Instances = [] }) =>
        Instances.map(({ State }) => instanceLine(State?.Name ?? '')),
      );
    }
  }
}

/** The id of what Meshproof made for a fault, by its tag; undefined when it is not there (any more). */
export async function findOwn(
  { kind, place }: Pick<AwsOwn, 'kind' | 'place'>,
  fault: string,
): Promise<string | undefined> {
  if (kind === 'experiment-template')
    return (await templatesOf(place)).find(({ tags }) => tags[TAG.fault] === fault)?.id;
  const { ec2 } = awsClients(place);
  const Filters = [{ Name: `tag:${TAG.fault}`, Values: [fault] }];
  if (kind === 'security-group') {
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    return SecurityGroups[0]?.GroupId;
  }
  const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
  return NetworkInterfaces[0]?.NetworkInterfaceId;
}

/** How many instances of a managed node group run. */
export async function runningInGroup({ place, tags }: Omit<AwsNodeGroup, 'running'>): Promise<number> {
  const { Reservations = [] } = await awsClients(place).ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        ...Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
        { Name: 'instance-state-name', Values: ['running'] },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances).length;
}
