import {
  AcceptTransitGatewayPeeringAttachmentCommand,
  AcceptVpcPeeringConnectionCommand,
  AssociateTransitGatewayRouteTableCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTransitGatewayCommand,
  CreateTransitGatewayPeeringAttachmentCommand,
  CreateTransitGatewayRouteCommand,
  CreateTransitGatewayVpcAttachmentCommand,
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
} from '@aws-sdk/client-ec2';
import { CreateClusterCommand, CreateNodegroupCommand } from '@aws-sdk/client-eks';
import { type AwsClients, awsClients } from '../../lib/aws/clients.ts';
import { istioPorts } from '../../lib/mesh/istio/ports.ts';

/** Of moto: what credentials of nobody in particular belong to. */
export const ACCOUNT = '123456789012';
/** The mesh's ports between clusters. */
const PORTS = [
  ...new Set(istioPorts.filter(({ clusters }) => clusters === 'between').map(({ port }) => port)),
];

/** One cluster of {@link verifyWorld}, by the ids that a defect is planted with. */
export interface BuiltCluster {
  name: string;
  eksName: string;
  region: string;
  aws: AwsClients;
  cidr: string;
  vpc: string;
  subnets: string[];
  routeTable: string;
  securityGroup: string;
  nacl: string;
}

interface BuiltWorld {
  east: BuiltCluster;
  west: BuiltCluster;
  /** The peering, or those of the transit gateway by cluster: gateway, route table, attachments of VPC and peer. */
  peering?: string;
  transit?: Record<'east' | 'west', { gateway: string; table: string; vpc: string; peer: string }>;
}

/**
 * Two EKS clusters in two regions, made through the API as anybody could make them, with what the mesh needs and nothing more. What
 * moto does not know (access to the API server, instances of node groups, propagated routes) is not there.
 */
export async function verifyWorld(link: 'peering' | 'transit-gateway'): Promise<BuiltWorld> {
  const east = await cluster('east', 'eu-central-1', '10.10.0.0/16', '10.20.0.0/16');
  const west = await cluster('west', 'us-west-2', '10.20.0.0/16', '10.10.0.0/16');
  return link === 'peering' ? peer(east, west) : connectByTransit(east, west);
}

async function cluster(
  name: 'east' | 'west',
  region: string,
  cidr: string,
  farCidr: string,
): Promise<BuiltCluster> {
  const aws = awsClients({ account: { name: 'default', deny: [] }, region });
  const { ec2, eks } = aws;
  const vpc = must((await ec2.send(new CreateVpcCommand({ CidrBlock: cidr }))).Vpc?.VpcId);
  const subnets: string[] = [];
  for (const [index, zone] of ['a', 'b'].entries()) {
    const CidrBlock = cidr.replace('.0.0/16', `.${index}.0/24`);
    const made = await ec2.send(
      new CreateSubnetCommand({ VpcId: vpc, CidrBlock, AvailabilityZone: `${region}${zone}` }),
    );
    subnets.push(must(made.Subnet?.SubnetId));
  }
  const group = { GroupName: `${name}-nodes`, Description: 'nodes and API server', VpcId: vpc };
  const securityGroup = must((await ec2.send(new CreateSecurityGroupCommand(group))).GroupId);
  const itself = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: securityGroup }] };
  const ports = PORTS.map((port) => ({
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: farCidr }],
  }));
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId: securityGroup, IpPermissions: [itself, ...ports] }),
  );
  const inVpc = { Filters: [{ Name: 'vpc-id', Values: [vpc] }] };
  const routeTable = must(
    (await ec2.send(new DescribeRouteTablesCommand(inVpc))).RouteTables?.[0]?.RouteTableId,
  );
  const nacl = must((await ec2.send(new DescribeNetworkAclsCommand(inVpc))).NetworkAcls?.[0]?.NetworkAclId);
  const eksName = `meshproof-shop-${name}`;
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/eks`;
  await eks.send(
    new CreateClusterCommand({
      name: eksName,
      roleArn,
      resourcesVpcConfig: { subnetIds: subnets, securityGroupIds: [securityGroup] },
      kubernetesNetworkConfig: { serviceIpv4Cidr: name === 'east' ? '172.20.0.0/16' : '172.21.0.0/16' },
      logging: { clusterLogging: [{ types: ['api', 'audit'], enabled: true }] },
    }),
  );
  await eks.send(
    new CreateNodegroupCommand({ clusterName: eksName, nodegroupName: 'nodes', subnets, nodeRole: roleArn }),
  );
  return { name, eksName, region, aws, cidr, vpc, subnets, routeTable, securityGroup, nacl };
}

async function peer(east: BuiltCluster, west: BuiltCluster): Promise<BuiltWorld> {
  const made = await east.aws.ec2.send(
    new CreateVpcPeeringConnectionCommand({ VpcId: east.vpc, PeerVpcId: west.vpc, PeerRegion: west.region }),
  );
  const peering = must(made.VpcPeeringConnection?.VpcPeeringConnectionId);
  await west.aws.ec2.send(new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: peering }));
  for (const [own, far] of [
    [east, west],
    [west, east],
  ] as const) {
    const route = {
      RouteTableId: own.routeTable,
      DestinationCidrBlock: far.cidr,
      VpcPeeringConnectionId: peering,
    };
    await own.aws.ec2.send(new CreateRouteCommand(route));
  }
  return { east, west, peering };
}

async function connectByTransit(east: BuiltCluster, west: BuiltCluster): Promise<BuiltWorld> {
  const hubs = { east: await hubOf(east), west: await hubOf(west) };
  const made = await east.aws.ec2.send(
    new CreateTransitGatewayPeeringAttachmentCommand({
      TransitGatewayId: hubs.east.gateway,
      PeerTransitGatewayId: hubs.west.gateway,
      PeerRegion: west.region,
      PeerAccountId: ACCOUNT,
    }),
  );
  const peer = must(made.TransitGatewayPeeringAttachment?.TransitGatewayAttachmentId);
  await west.aws.ec2.send(
    new AcceptTransitGatewayPeeringAttachmentCommand({ TransitGatewayAttachmentId: peer }),
  );
  for (const [own, far] of [
    [east, west],
    [west, east],
  ] as const) {
    const hub = hubs[own.name === 'east' ? 'east' : 'west'];
    const table = { TransitGatewayRouteTableId: hub.table };
    const { ec2 } = own.aws;
    await ec2.send(
      new AssociateTransitGatewayRouteTableCommand({ ...table, TransitGatewayAttachmentId: peer }),
    );
    // A real gateway learns the first one from its attachment; moto propagates nothing.
    for (const [cidr, attachment] of [
      [own.cidr, hub.vpc],
      [far.cidr, peer],
    ] as const) {
      const route = { ...table, DestinationCidrBlock: cidr, TransitGatewayAttachmentId: attachment };
      await ec2.send(new CreateTransitGatewayRouteCommand(route));
    }
    const onward = {
      RouteTableId: own.routeTable,
      DestinationCidrBlock: far.cidr,
      TransitGatewayId: hub.gateway,
    };
    await ec2.send(new CreateRouteCommand(onward));
  }
  return { east, west, transit: { east: { ...hubs.east, peer }, west: { ...hubs.west, peer } } };
}

async function hubOf({ aws: { ec2 }, vpc, subnets }: BuiltCluster) {
  const { TransitGateway: made } = await ec2.send(new CreateTransitGatewayCommand({}));
  const gateway = must(made?.TransitGatewayId);
  const attached = await ec2.send(
    new CreateTransitGatewayVpcAttachmentCommand({
      TransitGatewayId: gateway,
      VpcId: vpc,
      SubnetIds: subnets,
    }),
  );
  const attachment = must(attached.TransitGatewayVpcAttachment?.TransitGatewayAttachmentId);
  return { gateway, table: must(made?.Options?.AssociationDefaultRouteTableId), vpc: attachment };
}

/** What the server must have said. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('moto left out an id');
  return value;
}
