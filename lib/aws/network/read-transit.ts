import {
  type EC2Client,
  paginateDescribeTransitGatewayAttachments,
  paginateDescribeTransitGatewayPeeringAttachments,
  paginateDescribeTransitGatewayRouteTables,
  paginateDescribeTransitGatewayVpcAttachments,
  paginateDescribeTransitGateways,
  paginateGetTransitGatewayRouteTableAssociations,
  paginateGetTransitGatewayRouteTablePropagations,
  SearchTransitGatewayRoutesCommand,
  type TransitGatewayRouteTable,
} from '@aws-sdk/client-ec2';
import type { AwsAttachment, AwsNetwork, AwsTransitRouteTable } from '../../model/aws.ts';
import { MeshproofError } from '../../support/errors.ts';
import { allOf } from '../pages.ts';
import * as plain from './plain.ts';

type Transit = Pick<AwsNetwork, 'transitGateways' | 'attachments' | 'transitRouteTables'>;

/** Routes of a table in one answer, unless fewer are asked for; there is no next page (SearchTransitGatewayRoutes, EC2 API reference). */
const MOST_ROUTES = 1000;
/** What is gone, but still listed for an hour. */
const GONE = new Set(['deleted', 'deleting', 'failed', 'rejected']);

/** The transit gateways of a region that these VPCs are attached to (all when left out), with all that hangs on them. */
export async function readTransit(
  client: EC2Client,
  region: string,
  vpcs: readonly string[] | undefined,
): Promise<Transit> {
  const page = { client, pageSize: 200 };
  const attached = await allOf(
    paginateDescribeTransitGatewayAttachments(page, {}),
    (one) => one.TransitGatewayAttachments,
  );
  const live = attached.filter(({ State }) => !GONE.has(State ?? ''));
  const ours = live.filter(({ ResourceId }) => vpcs?.includes(ResourceId ?? '') ?? true);
  if (ours.length === 0 && vpcs !== undefined)
    return { transitGateways: [], attachments: [], transitRouteTables: [] };
  const [gateways, withSubnets, peers, tables] = await Promise.all([
    allOf(paginateDescribeTransitGateways(page, {}), (one) => one.TransitGateways),
    allOf(paginateDescribeTransitGatewayVpcAttachments(page, {}), (one) => one.TransitGatewayVpcAttachments),
    allOf(
      paginateDescribeTransitGatewayPeeringAttachments(page, {}),
      (one) => one.TransitGatewayPeeringAttachments,
    ),
    allOf(paginateDescribeTransitGatewayRouteTables(page, {}), (one) => one.TransitGatewayRouteTables),
  ]);
  const ends = new Map(
    peers.map((peer) => [peer.TransitGatewayAttachmentId, plain.endsIn(peer, region)] as const),
  );
  const names = new Set(ours.map(({ TransitGatewayId }) => TransitGatewayId));
  // Gateways of this region that ours are peered with carry our packets on.
  for (const { here, there } of [...ends.values()].flat()) if (names.has(there)) names.add(here);
  const mine = (id: string | undefined) => vpcs === undefined || names.has(id);
  const transitRouteTables = await Promise.all(
    tables
      .filter((table) => mine(table.TransitGatewayId) && !GONE.has(table.State ?? ''))
      .map((table) => routeTable(client, table)),
  );
  const attachments = live
    .flatMap((one): AwsAttachment[] => {
      const id = one.TransitGatewayAttachmentId ?? '';
      const subnets = withSubnets.find((vpc) => vpc.TransitGatewayAttachmentId === id)?.SubnetIds ?? [];
      // Only the description of a peering tells which of its ends are here.
      const here = one.ResourceType === 'peering' ? (ends.get(id) ?? []) : [undefined];
      return here.map((end) => {
        const gateway = end?.here ?? one.TransitGatewayId;
        const table = transitRouteTables.find(
          ({ transitGateway, associations }) => transitGateway === gateway && associations.includes(id),
        );
        return plain.attachment(one, { end, subnets, routeTable: table?.id });
      });
    })
    .filter(({ transitGateway }) => mine(transitGateway));
  return {
    transitGateways: gateways
      .filter(({ TransitGatewayId: id, State }) => mine(id) && !GONE.has(State ?? ''))
      .map(plain.transitGateway),
    attachments,
    transitRouteTables,
  };
}

async function routeTable(client: EC2Client, table: TransitGatewayRouteTable): Promise<AwsTransitRouteTable> {
  const id = table.TransitGatewayRouteTableId ?? '';
  // A new one for each call: the SDK's paginators write their page into it.
  const of = () => ({ TransitGatewayRouteTableId: id });
  const page = { client, pageSize: 200 };
  const [associations, propagations, routes] = await Promise.all([
    allOf(paginateGetTransitGatewayRouteTableAssociations(page, of()), (one) => one.Associations),
    allOf(
      paginateGetTransitGatewayRouteTablePropagations(page, of()),
      (one) => one.TransitGatewayRouteTablePropagations,
    ),
    client.send(
      new SearchTransitGatewayRoutesCommand({
        ...of(),
        Filters: [{ Name: 'state', Values: ['active', 'blackhole'] }],
      }),
    ),
  ]);
  if (routes.AdditionalRoutesAvailable === true)
    throw new MeshproofError('environment', `${id} has more than ${MOST_ROUTES} routes`, {
      nextStep: 'what it does cannot be judged; give the clusters a route table of their own',
    });
  const ids = (
    all: readonly { TransitGatewayAttachmentId?: string | undefined; State?: string | undefined }[],
  ) =>
    all
      .filter(({ State }) => State !== 'disassociated' && State !== 'disabled')
      .flatMap(({ TransitGatewayAttachmentId: id }) => id ?? []);
  return plain.transitRouteTable(table, {
    associations: ids(associations),
    propagations: ids(propagations),
    routes: routes.Routes ?? [],
  });
}
