import {
  CreateRouteCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  type Route,
} from '@aws-sdk/client-ec2';
import type { AwsPlace } from '../model/aws.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { eventually, unless } from './eventually.ts';

/** What carries a link's packets. */
export type LinkTarget = { peering: string } | { transitGateway: string };

/**
 * Routes of a range through a link, in each of these tables. One that is there stays; a black hole is given the link (it is what
 * a link leaves that was removed); a route elsewhere is somebody's, and an `environment` error.
 */
export async function ensureRoutes(
  place: AwsPlace,
  tables: readonly string[],
  destination: string,
  target: LinkTarget,
  signal?: AbortSignal,
): Promise<void> {
  const { ec2 } = awsClients(place);
  const { RouteTables: found = [] } = await ec2.send(
    new DescribeRouteTablesCommand({ RouteTableIds: [...tables] }),
  );
  for (const { RouteTableId: id = '', Routes: routes = [] } of found) {
    const old = routes.find((route) => route.DestinationCidrBlock === destination);
    if (old && old.State !== 'blackhole') {
      if (leadsTo(old, target)) continue;
      throw new MeshproofError('environment', `${id} has a route to ${destination} already, elsewhere`, {
        nextStep: `it is not Meshproof's: remove it, or give the cluster another range (${place.region})`,
      });
    }
    const route = {
      RouteTableId: id,
      DestinationCidrBlock: destination,
      ...('peering' in target
        ? { VpcPeeringConnectionId: target.peering }
        : { TransitGatewayId: target.transitGateway }),
    };
    if (old) await ec2.send(new DeleteRouteCommand({ RouteTableId: id, DestinationCidrBlock: destination }));
    await eventually(
      async () => {
        await ec2.send(new CreateRouteCommand(route));
        return true;
      },
      {
        what: `a route from ${id} to ${destination}`,
        on: ['InvalidVpcPeeringConnectionID.NotFound', 'InvalidTransitGatewayID.NotFound'],
        signal,
      },
    );
  }
}

function leadsTo(route: Route, target: LinkTarget): boolean {
  return 'peering' in target
    ? route.VpcPeeringConnectionId === target.peering
    : route.TransitGatewayId === target.transitGateway;
}

/** Removes every route through one of these links from the route tables of a place; says which. Idempotent. */
export async function deleteRoutesThrough(place: AwsPlace, links: readonly string[]): Promise<string[]> {
  if (links.length === 0) return [];
  const { ec2 } = awsClients(place);
  const { RouteTables: tables = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
  const gone: string[] = [];
  for (const { RouteTableId: id = '', Routes: routes = [] } of tables) {
    const ours = routes.filter(({ VpcPeeringConnectionId: peering, TransitGatewayId: gateway }) =>
      links.includes(peering ?? gateway ?? ''),
    );
    for (const { DestinationCidrBlock: destination = '' } of ours) {
      const command = new DeleteRouteCommand({ RouteTableId: id, DestinationCidrBlock: destination });
      await unless(['InvalidRoute.NotFound', 'InvalidRouteTableID.NotFound'], ec2.send(command));
      gone.push(`route ${id} → ${destination}`);
    }
  }
  return gone;
}
