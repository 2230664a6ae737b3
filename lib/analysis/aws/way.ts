import type { AwsAttachment, AwsRouteTable, AwsSubnet, AwsTransitRouteTable } from '../../model/aws.ts';
import { contains, overlap, prefixLength, rangeOf } from '../address-range.ts';
import { pieces } from './filters.ts';
import type { NetworkIndex } from './network-index.ts';

/** Bytes of the largest packet on a kind of link, and where AWS says so. */
export const LINK_MTU = {
  // docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html: jumbo frames; 8500 over a peering between regions, 1500
  // over a VPN.
  vpc: 9001,
  peering: 9001,
  'peering between regions': 8500,
  vpn: 1500,
  // docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html: 8500 between VPCs and over peerings of its own.
  'transit gateway': 8500,
} as const;
export type LinkKind = keyof typeof LINK_MTU;

/** What stops packets on their way, before any filter is asked. */
export interface Obstacle {
  by: 'route' | 'peering' | 'transit gateway';
  id: string;
  rule: string;
}

/** The way of packets from a subnet to all addresses of another one. */
export interface Way {
  kind: LinkKind;
  /** Ids of peerings, transit gateways and their attachments, in order; none within a VPC. */
  links: string[];
  obstacle?: Obstacle;
  /** Where a transit gateway's interfaces are: on the side of the sender, and of the target. */
  transit?: { out: AwsSubnet | undefined; in: AwsSubnet | undefined };
  /** The packets leave AWS: nothing behind this gateway is known. */
  beyond?: string;
}

/** A chain of transit gateways that is longer is a loop. */
const MOST_GATEWAYS = 4;

/** Finds the way by route tables alone: the most specific route decides (VPC user guide, "Route priority"). */
export function wayBetween(index: NetworkIndex, from: AwsSubnet, to: AwsSubnet): Way {
  if (from.vpc === to.vpc) return { kind: 'vpc', links: [] };
  const table = index.routeTableOf(from);
  if (!table) return stuck('route', from.vpc, 'the VPC has no route table');
  const ways = routesFor(table, to.cidr).map((route) => {
    if (route === undefined) return stuck('route', table.id, `no route to ${to.cidr}`);
    const { kind, id } = route.target;
    if (route.state === 'blackhole')
      return stuck('route', table.id, `the route ${route.destination} → ${id} is a blackhole`);
    if (kind === 'peering') return overPeering(index, id, from, to);
    if (kind === 'transit-gateway') return overTransitGateway(index, id, from, to);
    if (kind === 'vpn-gateway') return { kind: 'vpn', links: [id], beyond: id } satisfies Way;
    const rule = `the route ${route.destination} → ${id || kind} does not lead to ${to.vpc}`;
    return stuck('route', table.id, rule);
  });
  // One part that does not arrive is enough: addresses of a subnet are equal.
  return (
    ways.find(({ obstacle }) => obstacle) ?? ways[0] ?? stuck('route', table.id, `no route to ${to.cidr}`)
  );
}

function stuck(by: Obstacle['by'], id: string, rule: string): Way {
  return { kind: 'vpc', links: [], obstacle: { by, id, rule } };
}

/** The routes for all addresses of a range, each once; undefined among them where there is none. */
function routesFor<R extends { destination: string }>(
  table: { routes: readonly R[] },
  cidr: string,
): (R | undefined)[] {
  const target = rangeOf(cidr);
  if (!target) return [undefined];
  const known = table.routes.flatMap((route) => {
    const range = rangeOf(route.destination);
    return range && overlap(range, target) ? [{ route, range }] : [];
  });
  const bySpecificity = known.toSorted(
    (a, b) => prefixLength(b.route.destination) - prefixLength(a.route.destination),
  );
  const chosen = pieces(
    target,
    known.map(({ range }) => range),
  ).map((piece) => bySpecificity.find(({ range }) => contains(range, piece))?.route);
  return [...new Set(chosen)];
}

function overPeering(index: NetworkIndex, id: string, from: AwsSubnet, to: AwsSubnet): Way {
  const peering = index.peering(id);
  if (!peering) return stuck('peering', id, 'it is not known in any account that was read');
  if (peering.status !== 'active') return stuck('peering', id, `it is ${peering.status}`);
  const ends = [peering.requester, peering.accepter];
  const far = ends.find(({ vpc }) => vpc !== from.vpc);
  if (far?.vpc !== to.vpc || !ends.some(({ vpc }) => vpc === from.vpc))
    return stuck('peering', id, `it does not connect ${from.vpc} with ${to.vpc}`);
  const sameRegion = peering.requester.region === peering.accepter.region;
  return { kind: sameRegion ? 'peering' : 'peering between regions', links: [id] };
}

function overTransitGateway(index: NetworkIndex, gateway: string, from: AwsSubnet, to: AwsSubnet): Way {
  const entry = index.attachmentOf(from.vpc, gateway);
  if (!entry) return stuck('transit gateway', gateway, `${from.vpc} is not attached to it`);
  if (entry.state !== 'available')
    return stuck('transit gateway', entry.id, `the attachment is ${entry.state}`);
  const out = interfaceIn(index, entry.subnets, from.zone);
  // "Traffic is forwarded to the transit gateway only when [it] has an attachment in a subnet in the same Availability Zone"
  // (VPC transit gateways guide, "How transit gateways work").
  if (!out) return stuck('transit gateway', entry.id, `the attachment has no subnet in ${from.zone}`);
  const links: string[] = [gateway];
  let at = { gateway, attachment: entry };
  for (let hop = 0; hop < MOST_GATEWAYS; hop += 1) {
    const table = index.transitRouteTable(at.attachment.routeTable ?? '');
    if (!table)
      return stuck('transit gateway', at.attachment.id, 'the attachment is associated with no route table');
    const hop = nextAttachment(index, table, at.gateway, to.cidr);
    if ('stuck' in hop) return hop.stuck;
    const next = hop.attachment;
    if (next.state !== 'available')
      return stuck('transit gateway', next.id, `the attachment is ${next.state}`);
    if (next.kind === 'vpc') {
      if (next.resource !== to.vpc)
        return stuck('transit gateway', table.id, `its route to ${to.cidr} leads to ${next.resource}`);
      const transit = { out, in: interfaceIn(index, next.subnets, to.zone) };
      return { kind: 'transit gateway', links, transit };
    }
    if (next.kind !== 'peering') return { kind: 'vpn', links: [...links, next.id], beyond: next.id };
    const far = index.attachment(next.id, next.resource);
    if (!far) return stuck('transit gateway', next.id, `the far end ${next.resource} was not read`);
    links.push(next.id, next.resource);
    at = { gateway: next.resource, attachment: far };
  }
  return stuck('transit gateway', gateway, `the way to ${to.cidr} goes round in circles`);
}

type Hop = { attachment: AwsAttachment } | { stuck: Way };

function nextAttachment(
  index: NetworkIndex,
  table: AwsTransitRouteTable,
  gateway: string,
  cidr: string,
): Hop {
  const noWay = (rule: string): Hop => ({ stuck: stuck('transit gateway', table.id, rule) });
  // Static before propagated where both are equally specific (transit gateways guide, "Route evaluation order").
  const routes = table.routes.toSorted((a, b) => Number(b.type === 'static') - Number(a.type === 'static'));
  const hops = routesFor({ routes }, cidr).map((route) => {
    if (route === undefined) return noWay(`no route to ${cidr}`);
    if (route.state === 'blackhole') return noWay(`the route ${route.destination} is a blackhole`);
    const attachment = index.attachment(route.attachment ?? '', gateway);
    return attachment
      ? { attachment }
      : noWay(`the route ${route.destination} has no attachment that was read`);
  });
  return hops.find((hop) => 'stuck' in hop) ?? hops[0] ?? noWay(`no route to ${cidr}`);
}

function interfaceIn(index: NetworkIndex, subnets: readonly string[], zone: string): AwsSubnet | undefined {
  return subnets.flatMap((id) => index.subnet(id) ?? []).find((subnet) => subnet.zone === zone);
}

/** Blackholed routes of a subnet's own table and of the tables of transit gateways that its VPC is attached to. */
export function blackholes(
  index: NetworkIndex,
  subnet: AwsSubnet,
): { table: AwsRouteTable | AwsTransitRouteTable; destination: string; target: string }[] {
  const table = index.routeTableOf(subnet);
  const own = (table?.routes ?? []).flatMap((route) =>
    table && route.state === 'blackhole'
      ? [{ table, destination: route.destination, target: route.target.id }]
      : [],
  );
  const gateways = (table?.routes ?? []).filter(({ target }) => target.kind === 'transit-gateway');
  const beyond = [...new Set(gateways.map(({ target }) => target.id))].flatMap((gateway) => {
    const attached = index.attachmentOf(subnet.vpc, gateway);
    const transit = index.transitRouteTable(attached?.routeTable ?? '');
    return (transit?.routes ?? []).flatMap((route) =>
      transit && route.state === 'blackhole'
        ? [{ table: transit, destination: route.destination, target: route.attachment ?? 'nowhere' }]
        : [],
    );
  });
  return [...own, ...beyond];
}
