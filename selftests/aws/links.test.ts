import {
  CreateRouteCommand,
  CreateVpcPeeringConnectionCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  SearchTransitGatewayRoutesCommand,
  DescribeTransitGatewayRouteTablesCommand,
  DescribeVpcPeeringConnectionsCommand,
} from '@aws-sdk/client-ec2';
import { GetHostedZoneCommand, ListResourceRecordSetsCommand } from '@aws-sdk/client-route-53';
import { expect, test } from '@playwright/test';
import { awsCalls } from '../../lib/aws/calls.ts';
import { awsClients } from '../../lib/aws/clients.ts';
import { awsResidue } from '../../lib/aws/residue.ts';
import { ensureZone, ourHealthChecks, ourZones } from '../../lib/aws/zones.ts';
import { nameGateways } from '../../lib/environment/eks/links/dns.ts';
import type { ClusterNetwork } from '../../lib/environment/eks/links/contract.ts';
import { connectNetworks, disconnectNetworks } from '../../lib/environment/eks/links/index.ts';
import { istioPorts } from '../../lib/mesh/istio/ports.ts';
import type { AwsAccount, EksSettings } from '../../lib/model/aws.ts';
import { silentLog } from '../../lib/support/log.ts';
import { fakeLab } from '../fake-lab.ts';
import { MOTO_START_MS, type Moto, startMoto } from './moto.ts';
import { makeNetwork } from './networks.ts';

const main: AwsAccount = { name: 'default', deny: [] };
const other: AwsAccount = {
  name: 'other',
  id: '444455556666',
  role: 'arn:aws:iam::444455556666:role/meshproof',
  deny: [],
};

let moto: Moto | undefined;
const byText = (one: string, other: string) => one.localeCompare(other);

test.beforeAll(async () => {
  test.setTimeout(MOTO_START_MS);
  moto = await startMoto();
  Object.assign(process.env, moto.env);
});
test.afterAll(() => moto?.stop());
// One server, and what an earlier test has made.
test.describe.configure({ mode: 'serial' });

function environmentWith(links: EksSettings['links'], name: string) {
  const { environment } = fakeLab();
  const provider = { kind: 'eks', owner: 'team-mesh', links } as EksSettings;
  return { ...environment, name, provider };
}

function contextOf() {
  return {
    log: silentLog,
    signal: new AbortController().signal,
    ports: istioPorts,
    expires: new Date('2026-11-23T00:00:00Z'),
  };
}

async function routesOf({ place, routeTableIds }: ClusterNetwork) {
  const { RouteTables: [table] = [] } = await awsClients(place).ec2.send(
    new DescribeRouteTablesCommand({ RouteTableIds: [...routeTableIds] }),
  );
  return (table?.Routes ?? []).filter(({ GatewayId }) => GatewayId !== 'local');
}

for (const links of ['peering', 'transit-gateway'] as const) {
  test.describe(`with ${links}`, () => {
    const name = `demo-${links}`;
    let networks: ClusterNetwork[] = [];
    test.beforeAll(async () => {
      networks = [
        await makeNetwork('east', { account: main, region: 'eu-central-1' }, '10.10.0.0/16'),
        await makeNetwork('west', { account: main, region: 'eu-west-1' }, '10.20.0.0/16'),
        await makeNetwork('north', { account: other, region: 'eu-west-1' }, '10.30.0.0/16'),
      ];
    });

    test('every VPC has an active route to every other one', async () => {
      await connectNetworks(environmentWith(links, name), networks, contextOf());
      for (const network of networks) {
        const routes = await routesOf(network);
        expect(routes.map(({ DestinationCidrBlock: to }) => to ?? '').sort(byText)).toEqual(
          networks.filter((one) => one !== network).map(({ vpcCidr }) => vpcCidr),
        );
        for (const route of routes) {
          expect(route.State).toBe('active');
          expect(route).toHaveProperty(
            links === 'peering' ? 'VpcPeeringConnectionId' : 'TransitGatewayId',
            expect.stringMatching(/^(pcx|tgw)-/),
          );
        }
      }
    });

    test('nodes and API servers take the mesh’s ports from the other VPCs, and nothing else', async () => {
      const [east] = networks;
      if (!east) throw new Error('no network');
      const letIn = async (group: string) => {
        const { SecurityGroupRules: rules = [] } = await awsClients(east.place).ec2.send(
          new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [group] }] }),
        );
        return rules
          .filter(({ IsEgress }) => !IsEgress)
          .map((rule) => `${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort} ${rule.CidrIpv4}`)
          .sort();
      };
      expect(await letIn(east.nodeSecurityGroupId)).toEqual([
        'tcp 15443-15443 10.20.0.0/16',
        'tcp 15443-15443 10.30.0.0/16',
        'tcp 31443-31443 10.20.0.0/16',
        'tcp 31443-31443 10.30.0.0/16',
      ]);
      expect(await letIn(east.apiSecurityGroupId)).toEqual([
        'tcp 443-443 10.20.0.0/16',
        'tcp 443-443 10.30.0.0/16',
      ]);
      const { NetworkAcls: [acl] = [] } = await awsClients(east.place).ec2.send(
        new DescribeNetworkAclsCommand({ NetworkAclIds: [east.networkAclId] }),
      );
      const denied = acl?.Entries?.filter(
        ({ RuleAction, RuleNumber = 0 }) => RuleAction === 'deny' && RuleNumber < 32_000,
      );
      expect(denied?.map(({ CidrBlock, Egress }) => `${CidrBlock} ${Egress}`).sort()).toEqual([
        '10.20.0.0/16 false',
        '10.20.0.0/16 true',
        '10.30.0.0/16 false',
        '10.30.0.0/16 true',
      ]);
    });

    test('a second call changes nothing', async () => {
      const before = awsCalls().length;
      await connectNetworks(environmentWith(links, name), networks, contextOf());
      const changes = awsCalls()
        .slice(before)
        .map(({ action }) => action)
        .filter((action) => !/^(Describe|Get|Search|AssumeRole)/.test(action));
      // Tags of the far side are written each time: it costs one call, and a killed one may have left it out.
      expect(new Set(changes)).toEqual(new Set(['CreateTags']));
    });
  });
}

test('a hub knows the way to each VPC, its own and those behind other hubs', async () => {
  const { ec2 } = awsClients({ account: main, region: 'eu-central-1' });
  const { TransitGatewayRouteTables: tables = [] } = await ec2.send(
    new DescribeTransitGatewayRouteTablesCommand({
      Filters: [{ Name: 'tag:meshproof.dev/environment', Values: ['demo-transit-gateway'] }],
    }),
  );
  const { Routes: routes = [] } = await ec2.send(
    new SearchTransitGatewayRoutesCommand({
      // moto filters no tables, and its default one has no tags.
      TransitGatewayRouteTableId: tables.find(({ Tags = [] }) => Tags.length > 0)?.TransitGatewayRouteTableId,
      Filters: [{ Name: 'state', Values: ['active'] }],
    }),
  );
  expect(routes.map(({ DestinationCidrBlock: to }) => to ?? '').sort(byText)).toEqual([
    '10.10.0.0/16',
    '10.20.0.0/16',
    '10.30.0.0/16',
  ]);
});

test('what is taken away leaves nothing with our tags, and a foreign peering and its route stay', async () => {
  const place = { account: main, region: 'eu-central-1' };
  const one = await makeNetwork('one', place, '10.40.0.0/16');
  const two = await makeNetwork('two', place, '10.50.0.0/16');
  const { ec2 } = awsClients(place);
  const foreign = new CreateVpcPeeringConnectionCommand({ VpcId: one.vpcId, PeerVpcId: two.vpcId });
  const id = (await ec2.send(foreign)).VpcPeeringConnection?.VpcPeeringConnectionId ?? '';
  const theirs = { RouteTableId: one.routeTableIds[0], DestinationCidrBlock: two.vpcCidr };
  await ec2.send(new CreateRouteCommand({ ...theirs, VpcPeeringConnectionId: id }));
  const places = [place, { ...place, region: 'eu-west-1' }, { account: other, region: 'eu-west-1' }];
  for (const links of ['peering', 'transit-gateway'] as const) {
    expect((await awsResidue(`demo-${links}`, places)).length).toBeGreaterThan(2);
    await disconnectNetworks(`demo-${links}`, places, { ...contextOf(), firstLookMs: 10 });
    expect(await awsResidue(`demo-${links}`, places)).toEqual([]);
    await disconnectNetworks(`demo-${links}`, places, { ...contextOf(), firstLookMs: 10 });
  }
  const { VpcPeeringConnections: [left] = [] } = await ec2.send(
    new DescribeVpcPeeringConnectionsCommand({ VpcPeeringConnectionIds: [id] }),
  );
  expect(left?.Status?.Code).toBe('pending-acceptance');
  expect((await routesOf(one)).map(({ DestinationCidrBlock: to }) => to)).toEqual([two.vpcCidr]);
});

test('gateways with host names have records in a private zone of all VPCs; and they go', async () => {
  const networks = [
    await makeNetwork('east', { account: main, region: 'eu-central-1' }, '10.60.0.0/16'),
    await makeNetwork('west', { account: main, region: 'eu-west-1' }, '10.70.0.0/16'),
  ];
  const dns = { zone: 'mesh.example.internal', routing: 'failover', ttlMs: 30_000 } as const;
  const tags = { environment: 'names', owner: 'team-mesh', expires: '2026-11-23T00:00:00.000Z' };
  const published = { east: ['e.elb.eu-central-1.amazonaws.com'], west: ['w.elb.eu-west-1.amazonaws.com'] };
  const place = { account: main, region: 'eu-central-1' };
  for (const _ of ['first', 'again']) await nameGateways(dns, networks, published, { tags, port: 15_443 });
  const [zone, ...more] = (await ourZones(place)).filter((one) => one.tags.environment === 'names');
  expect(more).toEqual([]);
  const { route53 } = awsClients(place);
  const { VPCs: vpcs = [] } = await route53.send(new GetHostedZoneCommand({ Id: zone?.id }));
  expect(new Set(vpcs.map(({ VPCId }) => VPCId))).toEqual(new Set(networks.map(({ vpcId }) => vpcId)));
  const { ResourceRecordSets: records = [] } = await route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zone?.id }),
  );
  const primary = records.find(({ Failover }) => Failover === 'PRIMARY');
  expect(primary).toMatchObject({ TTL: 30, HealthCheckId: expect.stringMatching(/.+/) });
  expect((await ourHealthChecks(place)).map(({ host }) => host).sort()).toEqual(
    [published.east, published.west].flat(),
  );
  await disconnectNetworks('names', [place], { ...contextOf(), firstLookMs: 10 });
  expect(await awsResidue('names', [place])).toEqual([]);
});

test('a gateway that is published at an address gets no name', async () => {
  const before = awsCalls().length;
  const network = await makeNetwork('east', { account: main, region: 'eu-central-1' }, '10.80.0.0/16');
  const made = awsCalls().length;
  const dns = { zone: 'z.example.internal', routing: 'latency', ttlMs: 30_000 } as const;
  const tags = { environment: 'plain', owner: 'team-mesh', expires: '2026-11-23T00:00:00.000Z' };
  expect(await nameGateways(dns, [network], { east: ['10.80.0.7'] }, { tags, port: 15_443 })).toEqual([]);
  expect([made > before, awsCalls().length]).toEqual([true, made]);
});

test('the VPC of another account is authorised by the one that has the zone, before its own associates it', async () => {
  const home = await makeNetwork('east', { account: main, region: 'eu-central-1' }, '10.90.0.0/16');
  const away = await makeNetwork('west', { account: other, region: 'eu-west-1' }, '10.91.0.0/16');
  const before = awsCalls().length;
  const tags = { environment: 'far', owner: 'team-mesh', expires: '2026-11-23T00:00:00.000Z' };
  // moto knows no zones of others: the requests are shown here, the association is not.
  await ensureZone('far.example.internal', [home, away], tags);
  const association = awsCalls()
    .slice(before)
    .filter(({ action }) => action.includes('VPC'))
    .map(({ account, action }) => `${account} ${action}`);
  expect(association).toEqual([
    'default CreateVPCAssociationAuthorization',
    'other AssociateVPCWithHostedZone',
    'default DeleteVPCAssociationAuthorization',
  ]);
});
