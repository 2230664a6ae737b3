import {
  AcceptVpcPeeringConnectionCommand,
  AssociateTransitGatewayRouteTableCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  CreateNetworkInterfaceCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  AssociateRouteTableCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTransitGatewayCommand,
  CreateTransitGatewayRouteTableCommand,
  CreateTransitGatewayVpcAttachmentCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DescribeNetworkAclsCommand,
  EC2Client,
  ReplaceNetworkAclAssociationCommand,
  type ResourceType,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  ChangeTagsForResourceCommand,
  CreateHealthCheckCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { TAG, tagList } from '../../lib/aws/tags.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { CLUSTERS, networksLab } from './eks-lab.ts';

const ENVIRONMENT = 'fake';
/** One cluster's network in moto, as its stack would make it; `nodes` by name. */
export interface MadeCluster {
  name: string;
  region: string;
  ec2: EC2Client;
  vpc: string;
  subnets: string[];
  acls: string[];
  routeTable: string;
  securityGroup: string;
  instances: string[];
}

const tags = tagList({ environment: ENVIRONMENT, owner: 'tests', expires: '2099-01-01T00:00:00.000Z' });
const tagged = (kind: ResourceType, more: readonly { Key: string; Value: string }[] = []) => [
  { ResourceType: kind, Tags: [...tags, ...more] },
];

/**
 * Two clusters in two regions, peered, as far as moto can have them: no API server is behind them. Each has two zones with a
 * node, a subnet and, unless `sharedAcl`, a network ACL of its own.
 */
export async function makeNetworks({ sharedAcl = false } = {}): Promise<{
  lab: Lab;
  east: MadeCluster;
  west: MadeCluster;
  peering: string;
}> {
  const [east, west] = (await Promise.all(CLUSTERS.map((one) => makeCluster(one, sharedAcl)))) as [
    MadeCluster,
    MadeCluster,
  ];
  const { VpcPeeringConnection } = await east.ec2.send(
    new CreateVpcPeeringConnectionCommand({
      VpcId: east.vpc,
      PeerVpcId: west.vpc,
      PeerRegion: west.region,
      TagSpecifications: tagged('vpc-peering-connection'),
    }),
  );
  const peering = VpcPeeringConnection?.VpcPeeringConnectionId ?? '';
  await west.ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: peering }));
  for (const [from, to] of [
    [east, CLUSTERS[1]],
    [west, CLUSTERS[0]],
  ] as const)
    await from.ec2.send(
      new CreateRouteCommand({
        RouteTableId: from.routeTable,
        DestinationCidrBlock: to.cidr,
        VpcPeeringConnectionId: peering,
      }),
    );
  return { lab: networksLab(), east, west, peering };
}

async function makeCluster(
  { name, region, cidr, second }: (typeof CLUSTERS)[number],
  sharedAcl: boolean,
): Promise<MadeCluster> {
  const ec2 = new EC2Client({ region });
  const other = CLUSTERS.find((one) => one.name !== name)?.cidr ?? '';
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: cidr, TagSpecifications: tagged('vpc') }));
  const vpc = Vpc?.VpcId ?? '';
  const { RouteTable } = await ec2.send(
    new CreateRouteTableCommand({ VpcId: vpc, TagSpecifications: tagged('route-table') }),
  );
  const routeTable = RouteTable?.RouteTableId ?? '';
  const { GroupId: securityGroup = '' } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: `${name}-nodes`,
      Description: 'nodes',
      VpcId: vpc,
      TagSpecifications: tagged('security-group'),
    }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: securityGroup,
      IpPermissions: [15_443, 443].map((port) => ({
        IpProtocol: 'tcp',
        FromPort: port,
        ToPort: port,
        IpRanges: [{ CidrIp: other, Description: `mesh port ${port}` }],
      })),
    }),
  );
  const subnets: string[] = [];
  const instances: string[] = [];
  const acls: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: vpc,
        CidrBlock: `10.${second}.${index}.0/24`,
        AvailabilityZone: `${region}${zone}`,
        TagSpecifications: tagged('subnet'),
      }),
    );
    const subnet = Subnet?.SubnetId ?? '';
    subnets.push(subnet);
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: routeTable, SubnetId: subnet }));
    if (!sharedAcl || index === 0) acls.push(await makeAcl(ec2, vpc));
    await giveAcl(ec2, subnet, acls.at(-1) ?? '');
    const node = { name, ec2, securityGroup };
    instances.push(await runNode(node, { subnet, address: `10.${second}.${index}.10` }));
  }
  return { name, region, ec2, vpc, subnets, acls, routeTable, securityGroup, instances };
}

/** A node of a cluster's managed node group; gives the id of its instance. */
export async function runNode(
  { name, ec2, securityGroup }: Pick<MadeCluster, 'name' | 'ec2' | 'securityGroup'>,
  { subnet, address }: { subnet: string; address: string },
): Promise<string> {
  // moto gives an interface all groups of its instance too, which AWS does not: made first, it has its own only.
  const { NetworkInterface } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: subnet,
      Groups: [securityGroup],
      PrivateIpAddress: address,
    }),
  );
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId }],
      TagSpecifications: tagged('instance', [
        { Key: 'eks:cluster-name', Value: name },
        { Key: 'eks:nodegroup-name', Value: 'nodes' },
      ]),
    }),
  );
  return Instances[0]?.InstanceId ?? '';
}

/** A network ACL that lets everything pass at number 100, both ways. */
async function makeAcl(ec2: EC2Client, vpc: string): Promise<string> {
  const { NetworkAcl } = await ec2.send(
    new CreateNetworkAclCommand({ VpcId: vpc, TagSpecifications: tagged('network-acl') }),
  );
  const acl = NetworkAcl?.NetworkAclId ?? '';
  for (const Egress of [false, true])
    await ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId: acl,
        RuleNumber: 100,
        Egress,
        Protocol: '-1',
        RuleAction: 'allow',
        CidrBlock: '0.0.0.0/0',
      }),
    );
  return acl;
}

async function giveAcl(ec2: EC2Client, subnet: string, acl: string): Promise<void> {
  const { NetworkAcls = [] } = await ec2.send(
    new DescribeNetworkAclsCommand({ Filters: [{ Name: 'association.subnet-id', Values: [subnet] }] }),
  );
  const association = NetworkAcls.flatMap(({ Associations = [] }) => Associations).find(
    ({ SubnetId }) => SubnetId === subnet,
  );
  await ec2.send(
    new ReplaceNetworkAclAssociationCommand({
      AssociationId: association?.NetworkAclAssociationId,
      NetworkAclId: acl,
    }),
  );
}

/** Attaches a cluster's VPC to a transit gateway of its own, with a route table that the attachment asks. */
export async function attachToTransitGateway({ ec2, vpc, subnets }: MadeCluster): Promise<void> {
  const { TransitGateway } = await ec2.send(
    new CreateTransitGatewayCommand({
      TagSpecifications: tagged('transit-gateway'),
      Options: { DefaultRouteTableAssociation: 'disable', DefaultRouteTablePropagation: 'disable' },
    }),
  );
  const TransitGatewayId = TransitGateway?.TransitGatewayId;
  const { TransitGatewayVpcAttachment } = await ec2.send(
    new CreateTransitGatewayVpcAttachmentCommand({ TransitGatewayId, VpcId: vpc, SubnetIds: subnets }),
  );
  const { TransitGatewayRouteTable } = await ec2.send(
    new CreateTransitGatewayRouteTableCommand({ TransitGatewayId }),
  );
  await ec2.send(
    new AssociateTransitGatewayRouteTableCommand({
      TransitGatewayRouteTableId: TransitGatewayRouteTable?.TransitGatewayRouteTableId,
      TransitGatewayAttachmentId: TransitGatewayVpcAttachment?.TransitGatewayAttachmentId,
    }),
  );
}

/** A health check of a cluster's gateway. */
export async function makeHealthCheck(cluster: string): Promise<void> {
  const route53 = new Route53Client({ region: 'us-east-1' });
  const { HealthCheck } = await route53.send(
    new CreateHealthCheckCommand({
      CallerReference: cluster,
      HealthCheckConfig: {
        Type: 'TCP',
        FullyQualifiedDomainName: `gateway.${cluster}.example.internal`,
        Port: 15_021,
        RequestInterval: 10,
        FailureThreshold: 3,
      },
    }),
  );
  await route53.send(
    new ChangeTagsForResourceCommand({
      ResourceType: 'healthcheck',
      ResourceId: HealthCheck?.Id,
      AddTags: [...tags, { Key: TAG.cluster, Value: cluster }],
    }),
  );
}
