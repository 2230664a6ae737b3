import {
  paginateDescribeNatGateways,
  paginateDescribeNetworkAcls,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
  paginateDescribeVpcPeeringConnections,
  paginateDescribeVpcs,
} from '@aws-sdk/client-ec2';
import type { AwsNetwork } from '../../model/aws.ts';
import type { AwsClients } from '../clients.ts';
import { allOf } from '../pages.ts';
import * as plain from './plain.ts';
import { routeTable, securityGroup } from './plain-rules.ts';
import { readTransit } from './read-transit.ts';

/**
 * The network of a place as it is now. With `vpcs`, only what belongs to these VPCs, and the transit gateways that they are attached
 * to; peerings with anybody are among it. Takes ten calls, three more for each kind of page and for each route table of a
 * transit gateway, however many clusters there are. Throws what AWS answers: half a snapshot would look like a hole.
 */
export async function readNetwork(clients: AwsClients, vpcs?: readonly string[]): Promise<AwsNetwork> {
  const { ec2: client, place } = clients;
  const { account } = await clients.identity();
  const filters = vpcs === undefined ? undefined : [{ Name: 'vpc-id', Values: [...vpcs] }];
  // A new one for each call: the SDK's paginators write their page into it.
  const own = () => (filters === undefined ? {} : { Filters: filters });
  const page = { client, pageSize: 200 };
  const [found, subnets, tables, groups, nacls, peerings, nats, endpoints, transit] = await Promise.all([
    allOf(paginateDescribeVpcs(page, own()), ({ Vpcs }) => Vpcs),
    allOf(paginateDescribeSubnets(page, own()), ({ Subnets }) => Subnets),
    // 100 is the most that this one takes.
    allOf(paginateDescribeRouteTables({ client, pageSize: 100 }, own()), ({ RouteTables }) => RouteTables),
    allOf(paginateDescribeSecurityGroups(page, own()), ({ SecurityGroups }) => SecurityGroups),
    allOf(paginateDescribeNetworkAcls(page, own()), ({ NetworkAcls }) => NetworkAcls),
    allOf(paginateDescribeVpcPeeringConnections(page, {}), (one) => one.VpcPeeringConnections),
    allOf(
      paginateDescribeNatGateways(page, filters === undefined ? {} : { Filter: filters }),
      ({ NatGateways }) => NatGateways,
    ),
    allOf(paginateDescribeVpcEndpoints(page, own()), ({ VpcEndpoints }) => VpcEndpoints),
    readTransit(client, place.region, vpcs),
  ]);
  return {
    account,
    region: place.region,
    vpcs: found.map(plain.vpc),
    subnets: subnets.map(plain.subnet),
    routeTables: tables.map(routeTable),
    securityGroups: groups.map(securityGroup),
    networkAcls: nacls.map(plain.networkAcl),
    peerings: peerings
      .map(plain.peering)
      .filter(
        ({ requester, accepter }) => vpcs?.some((id) => [requester.vpc, accepter.vpc].includes(id)) ?? true,
      ),
    natGateways: nats.map(plain.natGateway),
    endpoints: endpoints.map(plain.endpoint),
    ...transit,
  };
}
