import {
  AssociateVpcCidrBlockCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclEntryCommand,
  CreateRouteCommand,
  CreateTransitGatewayRouteCommand,
  DeleteNetworkAclEntryCommand,
  DeleteRouteCommand,
  DeleteTransitGatewayRouteCommand,
  DeleteVpcPeeringConnectionCommand,
  DisassociateTransitGatewayRouteTableCommand,
  ModifyTransitGatewayVpcAttachmentCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from '@playwright/test';
import { awsEnv, MOTO_START_MS, type Moto, startMoto } from './moto.ts';
import { startRouteFront } from './route-front.ts';
import { istioPorts } from '../../lib/mesh/istio/ports.ts';
import { findEach, look } from './verify-look.ts';
import { type BuiltCluster, must, verifyWorld } from './verify-world.ts';

let moto: Moto | undefined;
let front: Awaited<ReturnType<typeof startRouteFront>> | undefined;
test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
  front = await startRouteFront(moto.endpoint);
  Object.assign(process.env, awsEnv(front.endpoint));
});
test.beforeEach(() => moto?.reset());
test.afterAll(async () => {
  await front?.[Symbol.asyncDispose]();
  await moto?.stop();
});

test('two regions with a peering: all is read in few calls, and every planted defect is named', async () => {
  test.setTimeout(300_000);
  const { east, west, peering = '' } = await verifyWorld('peering');
  const both = [east, west];
  const healthy = await look(both);
  expect(healthy.failures).toEqual([]);
  const ways = healthy.paths.filter(({ from, to }) => from !== to);
  const wanted = istioPorts.filter(({ clusters }) => clusters === 'between');
  expect(ways.filter(({ from }) => from === 'east').map(({ port }) => port)).toEqual(
    wanted.map(({ port }) => port),
  );
  expect(ways[0]).toMatchObject({
    allowed: true,
    links: [peering],
    kind: 'peering between regions',
    mtu: 8500,
  });
  // However many ports, subnets and rules there are: this many in each region.
  expect(healthy.calls.filter(({ region }) => region === east.region)).toHaveLength(14);

  const { ec2 } = east.aws;
  const way = { RouteTableId: east.routeTable, DestinationCidrBlock: west.cidr };
  const rule = (port: number, CidrIp: string) => ({
    GroupId: west.securityGroup,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] }],
  });
  const deny = (aws: BuiltCluster, RuleNumber: number, Egress: boolean, CidrBlock: string) =>
    aws.aws.ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId: aws.nacl,
        RuleNumber,
        Egress,
        CidrBlock,
        Protocol: '-1',
        RuleAction: 'deny',
      }),
    );
  const allow = (port: number, cidr: string) =>
    west.aws.ec2.send(new AuthorizeSecurityGroupIngressCommand(rule(port, cidr)));
  const revoke = (port: number, cidr: string) =>
    west.aws.ec2.send(new RevokeSecurityGroupIngressCommand(rule(port, cidr)));
  await findEach(both, [
    {
      name: 'a missing route',
      plant: () => ec2.send(new DeleteRouteCommand(way)),
      heal: () => ec2.send(new CreateRouteCommand({ ...way, VpcPeeringConnectionId: peering })),
      says: new RegExp(
        `^asymmetric-route: packets west → east take ${peering}, and their answers nowhere .${east.routeTable}: no route to 10.20`,
      ),
    },
    {
      name: 'a security group without the port',
      plant: () => revoke(15_443, east.cidr),
      heal: () => allow(15_443, east.cidr),
      says: new RegExp(
        `^port-blocked: east → west tcp 15443 .* is denied by security group ${west.securityGroup}: no ingress rule`,
      ),
    },
    {
      name: 'a security group that opens more than the mesh needs',
      plant: () => allow(8080, east.cidr),
      heal: () => revoke(8080, east.cidr),
      says: new RegExp(
        `^too-open: ${west.securityGroup} \\(west-nodes\\) of west lets east in on tcp 8080, which the mesh does not need`,
      ),
    },
    {
      name: 'a security group that is open to the world',
      plant: () => allow(15_443, '0.0.0.0/0'),
      heal: () => revoke(15_443, '0.0.0.0/0'),
      says: new RegExp(`^open-to-world: ${west.securityGroup} .* lets every address`),
    },
    {
      name: 'a network ACL that denies what comes in',
      plant: () => deny(west, 50, false, '10.10.0.0/24'),
      heal: () =>
        west.aws.ec2.send(
          new DeleteNetworkAclEntryCommand({ NetworkAclId: west.nacl, RuleNumber: 50, Egress: false }),
        ),
      says: new RegExp(
        `^port-blocked: east → west tcp 443 .* network ACL ${west.nacl}: ingress rule 50 .deny 10.10.0.0/24`,
      ),
    },
    {
      name: 'a network ACL that denies the answers',
      plant: () => deny(west, 60, true, '10.10.0.0/16'),
      heal: () =>
        west.aws.ec2.send(
          new DeleteNetworkAclEntryCommand({ NetworkAclId: west.nacl, RuleNumber: 60, Egress: true }),
        ),
      says: new RegExp(
        `^port-blocked: east → west tcp 443 .* network ACL ${west.nacl}: egress rule 60 .*for answers to`,
      ),
    },
    {
      name: 'a VPC that overlaps',
      plant: () =>
        west.aws.ec2.send(new AssociateVpcCidrBlockCommand({ VpcId: west.vpc, CidrBlock: '10.10.64.0/20' })),
      says: /^overlapping-ranges: the VPCs of east \(10\.10\.0\.0\/16\) and west \(10\.20\.0\.0\/16, 10\.10\.64\.0\/20\) overlap/,
    },
    {
      name: 'a peering that is gone',
      plant: () => ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: peering })),
      says: new RegExp(
        `^port-blocked: east → west tcp 15443 .* denied by (peering ${peering}: it is deleted|route .* blackhole)`,
      ),
    },
  ]);
});

test('two regions with transit gateways: all is read in few calls, and every planted defect is named', async () => {
  test.setTimeout(300_000);
  const { east, west, transit } = await verifyWorld('transit-gateway');
  const hubs = must(transit);
  const both = [east, west];
  const healthy = await look(both);
  expect(healthy.failures).toEqual([]);
  expect(healthy.paths.find(({ from, port }) => from === 'east' && port === 15_443)).toMatchObject({
    links: [hubs.east.gateway, hubs.east.peer, hubs.west.gateway],
    kind: 'transit gateway',
    mtu: 8500,
  });
  expect(healthy.calls.filter(({ region }) => region === east.region)).toHaveLength(21);

  const { ec2 } = east.aws;
  const table = { TransitGatewayRouteTableId: hubs.east.table };
  const to = { ...table, DestinationCidrBlock: west.cidr };
  const attached = { TransitGatewayAttachmentId: hubs.east.vpc };
  const [, second = ''] = east.subnets;
  await findEach(both, [
    {
      name: 'a blackhole',
      plant: () => ec2.send(new CreateTransitGatewayRouteCommand({ ...to, Blackhole: true })),
      heal: () =>
        ec2.send(new CreateTransitGatewayRouteCommand({ ...to, TransitGatewayAttachmentId: hubs.east.peer })),
      says: new RegExp(
        `^blackhole-route: ${hubs.east.table}: the route 10.20.0.0/16 → nowhere is a blackhole: west cannot be reached from east`,
      ),
    },
    {
      name: 'a route that is missing at the far gateway',
      plant: () =>
        west.aws.ec2.send(
          new DeleteTransitGatewayRouteCommand({
            TransitGatewayRouteTableId: hubs.west.table,
            DestinationCidrBlock: west.cidr,
          }),
        ),
      heal: () =>
        west.aws.ec2.send(
          new CreateTransitGatewayRouteCommand({
            TransitGatewayRouteTableId: hubs.west.table,
            DestinationCidrBlock: west.cidr,
            TransitGatewayAttachmentId: hubs.west.vpc,
          }),
        ),
      says: new RegExp(
        `^port-blocked: east → west tcp 15443 .* transit gateway ${hubs.west.table}: no route to 10.20`,
      ),
    },
    {
      name: 'a zone without an interface',
      plant: () =>
        ec2.send(new ModifyTransitGatewayVpcAttachmentCommand({ ...attached, RemoveSubnetIds: [second] })),
      heal: () =>
        ec2.send(new ModifyTransitGatewayVpcAttachmentCommand({ ...attached, AddSubnetIds: [second] })),
      says: new RegExp(
        `^port-blocked: .* transit gateway ${hubs.east.vpc}: the attachment has no subnet in eu-central-1b`,
      ),
    },
    {
      name: 'a peering that is taken off its route table',
      plant: () =>
        ec2.send(
          new DisassociateTransitGatewayRouteTableCommand({
            ...table,
            TransitGatewayAttachmentId: hubs.east.peer,
          }),
        ),
      says: new RegExp(
        `^port-blocked: west → east .* transit gateway ${hubs.east.peer}: the attachment is associated with no route table`,
      ),
    },
  ]);
});
