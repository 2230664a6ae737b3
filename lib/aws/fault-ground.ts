import {
  DescribeInstancesCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayAttachmentsCommand,
  DescribeVpcsCommand,
  type Tag,
  paginateDescribeSecurityGroupRules,
} from '@aws-sdk/client-ec2';
import { ListTagsForResourcesCommand, paginateListHealthChecks } from '@aws-sdk/client-route-53';
import type { AwsNetworkAcl, AwsPlace } from '../model/aws.ts';
import { awsClients } from './clients.ts';
import { allOf } from './pages.ts';
import type { SecurityRule, VpcRoute } from './state-lines.ts';
import { ourTags, TAG } from './tags.ts';

/** The VPC that an environment made with this range; undefined when there is none. */
export async function findVpc(
  place: AwsPlace,
  { environment, cidr }: { environment: string; cidr: string },
): Promise<{ id: string; cidrs: string[] } | undefined> {
  const { Vpcs = [] } = await awsClients(place).ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'cidr', Values: [cidr] }] }),
  );
  const vpc = Vpcs.find(({ Tags }) => ourTags(Tags)?.environment === environment);
  if (!vpc) return undefined;
  const cidrs = (vpc.CidrBlockAssociationSet ?? []).flatMap(({ CidrBlock }) => CidrBlock ?? []);
  return { id: vpc.VpcId ?? '', cidrs: cidrs.length > 0 ? cidrs : [cidr] };
}

/** All VPCs of an environment in a region, by their ids. */
export async function vpcsOf(place: AwsPlace, environment: string): Promise<string[]> {
  const { Vpcs = [] } = await awsClients(place).ec2.send(new DescribeVpcsCommand({}));
  return Vpcs.flatMap(({ VpcId = '', Tags }) => (ourTags(Tags)?.environment === environment ? [VpcId] : []));
}

export async function subnetsOf(
  place: AwsPlace,
  vpc: string,
): Promise<{ id: string; cidr: string; zone: string }[]> {
  const { Subnets = [] } = await awsClients(place).ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }),
  );
  return Subnets.map(({ SubnetId = '', CidrBlock = '', AvailabilityZone = '' }) => ({
    id: SubnetId,
    cidr: CidrBlock,
    zone: AvailabilityZone,
  }));
}

export async function networkAclsOf(place: AwsPlace, vpc: string): Promise<AwsNetworkAcl[]> {
  const { NetworkAcls = [] } = await awsClients(place).ec2.send(
    new DescribeNetworkAclsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }),
  );
  return NetworkAcls.map((acl) => ({
    id: acl.NetworkAclId ?? '',
    vpc,
    isDefault: acl.IsDefault ?? false,
    subnets: (acl.Associations ?? []).map(({ SubnetId = '', NetworkAclAssociationId = '' }) => ({
      subnet: SubnetId,
      association: NetworkAclAssociationId,
    })),
    entries: (acl.Entries ?? []).map((entry) => ({
      number: entry.RuleNumber ?? 0,
      egress: entry.Egress ?? false,
      action: entry.RuleAction === 'allow' ? ('allow' as const) : ('deny' as const),
      protocol: entry.Protocol ?? '',
      cidr: entry.CidrBlock ?? entry.Ipv6CidrBlock ?? '',
      fromPort: entry.PortRange?.From ?? 0,
      toPort: entry.PortRange?.To ?? 65_535,
    })),
    tags: {},
  }));
}

/** Instances of a VPC by their private addresses, with what nodes of EKS have. */
export async function instancesAt(
  place: AwsPlace,
  vpc: string,
  addresses: readonly string[],
): Promise<
  {
    id: string;
    address: string;
    state: string;
    groups: Readonly<Record<string, string>>;
    interfaces: { id: string; groups: string[] }[];
  }[]
> {
  const { Reservations = [] } = await awsClients(place).ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'vpc-id', Values: [vpc] },
        { Name: 'private-ip-address', Values: [...addresses] },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.map((instance) => ({
      id: instance.InstanceId ?? '',
      address: instance.PrivateIpAddress ?? '',
      state: instance.State?.Name ?? '',
      groups: Object.fromEntries(
        (instance.Tags ?? []).flatMap(({ Key = '', Value = '' }) =>
          NODE_GROUP_TAGS.includes(Key) ? [[Key, Value]] : [],
        ),
      ),
      interfaces: (instance.NetworkInterfaces ?? []).map(({ NetworkInterfaceId = '', Groups = [] }) => ({
        id: NetworkInterfaceId,
        groups: Groups.map(({ GroupId = '' }) => GroupId),
      })),
    })),
  );
}

/** By these EKS marks the instances of a managed node group (Amazon EKS user guide, "Tag your Amazon EKS resources"). */
const NODE_GROUP_TAGS = ['eks:cluster-name', 'eks:nodegroup-name'];

/** Rules of security groups, and whether the environment made the group. */
export async function groupRulesOf(
  place: AwsPlace,
  ids: readonly string[],
  environment: string,
): Promise<{ id: string; ours: boolean; rules: SecurityRule[] }[]> {
  const { ec2 } = awsClients(place);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [...ids] }));
  const pages = paginateDescribeSecurityGroupRules(
    { client: ec2 },
    { Filters: [{ Name: 'group-id', Values: [...ids] }] },
  );
  const rules = await allOf(pages, (page) => page.SecurityGroupRules);
  return SecurityGroups.map(({ GroupId = '', Tags }) => ({
    id: GroupId,
    ours: ourTags(Tags)?.environment === environment,
    rules: rules.filter((rule) => rule.GroupId === GroupId),
  }));
}

/** Route tables of a VPC with their routes, and whether the environment made the table. */
export async function routeTablesOf(
  place: AwsPlace,
  vpc: string,
  environment: string,
): Promise<{ id: string; ours: boolean; used: boolean; routes: VpcRoute[] }[]> {
  const { RouteTables = [] } = await awsClients(place).ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc] }] }),
  );
  return RouteTables.map(({ RouteTableId = '', Tags, Routes = [], Associations = [] }) => ({
    id: RouteTableId,
    ours: ourTags(Tags)?.environment === environment,
    used: Associations.some(({ SubnetId }) => SubnetId !== undefined),
    routes: Routes,
  }));
}

/** The attachment of a VPC to a transit gateway, and the route table there that it asks. */
export async function attachmentOf(
  place: AwsPlace,
  vpc: string,
): Promise<{ id: string; routeTable: string } | undefined> {
  const { TransitGatewayAttachments = [] } = await awsClients(place).ec2.send(
    new DescribeTransitGatewayAttachmentsCommand({
      Filters: [{ Name: 'resource-id', Values: [vpc] }],
    }),
  );
  for (const { TransitGatewayAttachmentId: id, Association } of TransitGatewayAttachments) {
    const routeTable = Association?.TransitGatewayRouteTableId;
    if (id !== undefined && routeTable !== undefined) return { id, routeTable };
  }
  return undefined;
}

/** The health checks of an environment, with the words that they are tagged with. */
export async function healthChecksOf(
  place: AwsPlace,
  environment: string,
): Promise<{ id: string; inverted: boolean; tags: Readonly<Record<string, string>> }[]> {
  const { route53 } = awsClients(place);
  const checks = await allOf(paginateListHealthChecks({ client: route53 }, {}), (page) => page.HealthChecks);
  const found = [];
  // Ten at a time are all that one call takes (Route 53 API reference, ListTagsForResources).
  for (let first = 0; first < checks.length; first += 10) {
    const some = checks.slice(first, first + 10);
    const { ResourceTagSets = [] } = await route53.send(
      new ListTagsForResourcesCommand({
        ResourceType: 'healthcheck',
        ResourceIds: some.map(({ Id = '' }) => Id),
      }),
    );
    for (const { Id: id = '', HealthCheckConfig } of some) {
      const { Tags = [] } = ResourceTagSets.find(({ ResourceId }) => ResourceId === id) ?? {};
      if (ourTags(Tags)?.environment !== environment) continue;
      const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      found.push({ id, inverted: HealthCheckConfig?.Inverted ?? false, tags });
    }
  }
  return found;
}

/** Network interfaces, and security groups, of an environment that were made for faults, with the fault's id. */
export async function ownLeftovers(
  place: AwsPlace,
  environment: string,
): Promise<{ kind: 'network-interface' | 'security-group'; id: string; vpc: string; fault: string }[]> {
  const { ec2 } = awsClients(place);
  const Filters = [
    { Name: `tag:${TAG.environment}`, Values: [environment] },
    { Name: 'tag-key', Values: [TAG.fault] },
  ];
  const [{ NetworkInterfaces = [] }, { SecurityGroups = [] }] = await Promise.all([
    ec2.send(new DescribeNetworkInterfacesCommand({ Filters })),
    ec2.send(new DescribeSecurityGroupsCommand({ Filters })),
  ]);
  return [
    ...NetworkInterfaces.map(({ NetworkInterfaceId: id = '', VpcId: vpc = '', TagSet }) => ({
      kind: 'network-interface' as const,
      id,
      vpc,
      fault: faultIn(TagSet),
    })),
    ...SecurityGroups.map(({ GroupId: id = '', VpcId: vpc = '', Tags }) => ({
      kind: 'security-group' as const,
      id,
      vpc,
      fault: faultIn(Tags),
    })),
  ];
}

function faultIn(tags: readonly Tag[] = []): string {
  return tags.find(({ Key }) => Key === TAG.fault)?.Value ?? '';
}
