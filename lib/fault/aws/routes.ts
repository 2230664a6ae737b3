import { associationLine, invertedLine, routeLine, type VpcRoute } from '../../aws/state-lines.ts';
import { cidrContains, dotted, parseCidr } from '../../environment/cidr.ts';
import type { AwsPlace } from '../../model/aws.ts';
import { type AwsChange, type AwsOwn, OWN } from '../../model/aws-fault.ts';
import { MeshproofError } from '../../support/errors.ts';

/** A route table with its routes, and whether the environment made it. */
export interface TableRoutes {
  id: string;
  ours: boolean;
  routes: readonly VpcRoute[];
}

interface Where {
  cluster: string;
  place: AwsPlace;
}

/** A network interface that is attached to nothing: what is routed to it is lost. Pure. */
export function nobody(
  { cluster, place, subnet }: Where & { subnet: string },
  tags: readonly { Key: string; Value: string }[],
): AwsOwn {
  return {
    kind: 'network-interface',
    cluster,
    place,
    makes: [
      {
        service: 'ec2',
        action: 'createNetworkInterface',
        input: {
          SubnetId: subnet,
          Description: 'Meshproof: what is routed here is lost',
          TagSpecifications: [{ ResourceType: 'network-interface', Tags: tags }],
        },
      },
    ],
    removes: { service: 'ec2', action: 'deleteNetworkInterface', input: { NetworkInterfaceId: OWN } },
  };
}

/**
 * Routes ranges to nobody, by routes of both their halves: the longest prefix wins (Amazon VPC, "Route priority"), so that
 * the routes that are there stay untouched. Refuses, as a `usage` error, where a route is as long as ours or longer: it would
 * win, or be ours to replace. Pure.
 */
export function blackHole(
  where: Where,
  tables: readonly TableRoutes[],
  ranges: readonly string[],
): AwsChange[] {
  return tables.flatMap(({ id, routes }) =>
    ranges.flatMap(halves).map((half): AwsChange => {
      const longer = routes.find(({ DestinationCidrBlock = '' }) => cidrContains(half, DestinationCidrBlock));
      if (longer)
        throw new MeshproofError(
          'usage',
          `${id} has a route that ours would not win over: ${routeLine(longer)}`,
          {
            nextStep: 'use link-partition --by network-acl',
          },
        );
      const route = { DestinationCidrBlock: half, NetworkInterfaceId: OWN };
      return {
        ...changeOf(where, id),
        does: { service: 'ec2', action: 'createRoute', input: { RouteTableId: id, ...route } },
        undoes: {
          service: 'ec2',
          action: 'deleteRoute',
          input: { RouteTableId: id, DestinationCidrBlock: half },
        },
        adds: [routeLine(route)],
        removes: [],
      };
    }),
  );
}

/**
 * Takes away routes into ranges that lead over a peering, and puts them back. Refuses, as a `usage` error, tables that the
 * environment did not make, and when there is no such route. Pure.
 */
export function removePeeringRoutes(
  where: Where,
  tables: readonly TableRoutes[],
  ranges: readonly string[],
): AwsChange[] {
  const changes = tables.flatMap(({ id, ours, routes }) =>
    routes
      .filter(
        ({ DestinationCidrBlock = '', VpcPeeringConnectionId }) =>
          VpcPeeringConnectionId !== undefined &&
          ranges.some((range) => cidrContains(range, DestinationCidrBlock)),
      )
      .map(({ DestinationCidrBlock, VpcPeeringConnectionId }): AwsChange => {
        const route = { DestinationCidrBlock, VpcPeeringConnectionId };
        if (!ours)
          throw new MeshproofError(
            'usage',
            `the route table ${id} is not this environment's: ${routeLine(route)} stays`,
            { nextStep: 'use route-black-hole, which adds routes and takes none away' },
          );
        return {
          ...changeOf(where, id),
          does: { service: 'ec2', action: 'deleteRoute', input: { RouteTableId: id, DestinationCidrBlock } },
          undoes: { service: 'ec2', action: 'createRoute', input: { RouteTableId: id, ...route } },
          adds: [],
          removes: [routeLine(route)],
        };
      }),
  );
  if (changes.length > 0) return changes;
  throw new MeshproofError('usage', `${where.cluster} has no route over a peering to ${ranges.join(', ')}`, {
    nextStep: 'use route-black-hole, which works over transit gateways too',
  });
}

/** Takes an attachment out of the route table that it asks in a transit gateway, and puts it back. Pure. */
export function disassociate(where: Where, attachment: string, routeTable: string): AwsChange {
  const input = { TransitGatewayRouteTableId: routeTable, TransitGatewayAttachmentId: attachment };
  return {
    object: { kind: 'transit-route-table', id: routeTable, place: where.place },
    cluster: where.cluster,
    does: { service: 'ec2', action: 'disassociateTransitGatewayRouteTable', input },
    undoes: { service: 'ec2', action: 'associateTransitGatewayRouteTable', input },
    adds: [],
    removes: [associationLine(attachment)],
  };
}

/** Turns what a health check says round, and back. Pure. */
export function invert(where: Where, check: { id: string; inverted: boolean }): AwsChange {
  const set = (Inverted: boolean) => ({
    service: 'route53' as const,
    action: 'updateHealthCheck',
    input: { HealthCheckId: check.id, Inverted },
  });
  return {
    object: { kind: 'health-check', id: check.id, place: where.place },
    cluster: where.cluster,
    does: set(!check.inverted),
    undoes: set(check.inverted),
    adds: [invertedLine(!check.inverted)],
    removes: [invertedLine(check.inverted)],
  };
}

function changeOf({ cluster, place }: Where, id: string): Pick<AwsChange, 'object' | 'cluster'> {
  return { object: { kind: 'route-table', id, place }, cluster };
}

/** Both halves of a range, as ranges. */
function halves(cidr: string): string[] {
  const range = parseCidr(cidr);
  const bits = Number(cidr.split('/')[1]);
  if (!range || bits >= 32) return [cidr];
  const middle = (range.first + range.last + 1) / 2;
  return [range.first, middle].map((first) => `${dotted(first)}/${bits + 1}`);
}
