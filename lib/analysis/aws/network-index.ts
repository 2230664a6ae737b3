import type {
  AwsAttachment,
  AwsNetwork,
  AwsNetworkAcl,
  AwsPeering,
  AwsRouteTable,
  AwsSecurityGroup,
  AwsSubnet,
  AwsTransitGateway,
  AwsTransitRouteTable,
  AwsVpc,
} from '../../model/aws.ts';

/** A VPC with where it is. */
export interface PlacedVpc extends AwsVpc {
  account: string;
  region: string;
}

/** Snapshots of several accounts and regions as one network. Ids are unique over all of AWS, save those of shared ends. */
export interface NetworkIndex {
  vpc(id: string): PlacedVpc | undefined;
  subnet(id: string): AwsSubnet | undefined;
  /** The table that a subnet names, or the main one of its VPC. */
  routeTableOf(subnet: AwsSubnet): AwsRouteTable | undefined;
  naclOf(subnet: AwsSubnet): AwsNetworkAcl | undefined;
  securityGroup(id: string): AwsSecurityGroup | undefined;
  peering(id: string): AwsPeering | undefined;
  transitGateway(id: string): AwsTransitGateway | undefined;
  /** An attachment as one transit gateway has it; a peering has one of the same id at each end. */
  attachment(id: string, transitGateway: string): AwsAttachment | undefined;
  attachmentOf(vpc: string, transitGateway: string): AwsAttachment | undefined;
  transitRouteTable(id: string): AwsTransitRouteTable | undefined;
}

export function indexNetwork(networks: readonly AwsNetwork[]): NetworkIndex {
  const vpcs = networks.flatMap(({ account, region, vpcs: own }) =>
    own.map((vpc) => ({ ...vpc, account, region })),
  );
  const subnets = networks.flatMap((one) => one.subnets);
  const tables = networks.flatMap((one) => one.routeTables);
  const nacls = networks.flatMap((one) => one.networkAcls);
  const groups = networks.flatMap((one) => one.securityGroups);
  const peerings = networks.flatMap((one) => one.peerings);
  const gateways = networks.flatMap((one) => one.transitGateways);
  const attachments = networks.flatMap((one) => one.attachments);
  const transitTables = networks.flatMap((one) => one.transitRouteTables);
  return {
    vpc: byId(vpcs),
    subnet: byId(subnets),
    routeTableOf: ({ id, vpc }) =>
      tables.find((table) => table.subnets.includes(id)) ??
      tables.find((table) => table.main && table.vpc === vpc),
    naclOf: ({ id, vpc }) =>
      nacls.find((nacl) => nacl.subnets.some(({ subnet }) => subnet === id)) ??
      nacls.find((nacl) => nacl.isDefault && nacl.vpc === vpc),
    securityGroup: byId(groups),
    peering: byId(peerings),
    transitGateway: byId(gateways),
    attachment: (id, transitGateway) =>
      attachments.find((one) => one.id === id && one.transitGateway === transitGateway),
    attachmentOf: (vpc, transitGateway) =>
      attachments.find(
        (one) => one.kind === 'vpc' && one.resource === vpc && one.transitGateway === transitGateway,
      ),
    transitRouteTable: byId(transitTables),
  };
}

function byId<T extends { id: string }>(all: readonly T[]): (id: string) => T | undefined {
  const map = new Map(all.map((one) => [one.id, one]));
  return (id) => map.get(id);
}
