import type { AwsClusterPlace, AwsFinding } from '../../model/aws-check.ts';
import type { MeshPort } from '../../model/mesh-port.ts';
import { overlap, rangeOf } from '../address-range.ts';
import { groups } from '../connectivity.ts';
import { blockedByNacl } from './filters.ts';
import type { NetworkIndex, PlacedVpc } from './network-index.ts';
import type { Denial, NetworkPath } from './reach.ts';
import { blackholes, LINK_MTU } from './way.ts';

/** A finding about the network. */
export function found(
  kind: string,
  severity: AwsFinding['severity'],
  words: string,
  resources: readonly string[],
): AwsFinding {
  return { check: 'network', kind, severity, words, resources: [...new Set(resources)] };
}

/** Ports of the mesh that do not get through, each with everything that denies it: one finding for each way and port. */
export function blockedPorts(paths: readonly NetworkPath[]): AwsFinding[] {
  return groups(paths, (path) => `${wayName(path)} ${portName(path.port)}`).flatMap(([name, all]) => {
    const blocked = all.filter(({ denials }) => denials.length > 0);
    const [first] = blocked;
    if (!first) return [];
    const denials = new Map(
      blocked.flatMap((path) => path.denials.map((denial) => [wordsOf(denial, path), denial] as const)),
    );
    const part = blocked.length < all.length ? ` (${blocked.length} of ${all.length} pairs of subnets)` : '';
    const why = [...denials.keys()].join('; ');
    const words = `${name} (${first.port.what}) is denied${part} by ${why}`;
    return [
      found(
        'port-blocked',
        'failed',
        words,
        [...denials.values()].map(({ id }) => id),
      ),
    ];
  });
}

/** Ways that packets take there and not back: middleboxes and stateful filters see half a connection. */
export function asymmetricRoutes(paths: readonly NetworkPath[]): AwsFinding[] {
  const between = paths.filter(({ there, back }) => there.kind !== 'vpc' || back.kind !== 'vpc');
  return groups(between, wayName).flatMap(([name, all]) => {
    const lame = all.find(
      ({ there, back }) => !there.obstacle && !back.obstacle && linksOf(there) !== linksOf(back),
    );
    const oneWay = all.find(({ there, back }) => !there.obstacle && back.obstacle !== undefined);
    const path = lame ?? oneWay;
    if (!path) return [];
    const there = path.there.links.join(' → ');
    const { obstacle, links } = path.back;
    const back = obstacle ? `nowhere (${obstacle.id}: ${obstacle.rule})` : links.join(' → ');
    const words = `packets ${name} take ${there}, and their answers ${back}`;
    return [
      found('asymmetric-route', 'failed', words, [
        ...path.there.links,
        ...links,
        ...(obstacle ? [obstacle.id] : []),
      ]),
    ];
  });
}

function linksOf({ links }: { links: readonly string[] }): string {
  return [...new Set(links)].toSorted().join();
}

/** Blackholed routes of the tables that the clusters use; those that hide a cluster are failures. */
export function blackholedRoutes(index: NetworkIndex, places: readonly AwsClusterPlace[]): AwsFinding[] {
  const seen = new Map<string, AwsFinding>();
  for (const place of places) {
    const subnets = [...new Set([...place.nodes.subnets, ...place.apiServer.subnets])];
    for (const { table, destination, target } of subnets.flatMap((id) => {
      const subnet = index.subnet(id);
      return subnet ? blackholes(index, subnet) : [];
    })) {
      const range = rangeOf(destination);
      const hidden = places.filter(
        (other) =>
          other.vpc !== place.vpc &&
          rangesOf(index.vpc(other.vpc)).some((one) => range !== undefined && overlap(one, range)),
      );
      const whom = hidden.length > 0 ? `: ${names(hidden)} cannot be reached from ${place.cluster}` : '';
      const words = `${table.id}: the route ${destination} → ${target} is a blackhole${whom}`;
      seen.set(
        words,
        found('blackhole-route', hidden.length > 0 ? 'failed' : 'remark', words, [table.id, target]),
      );
    }
  }
  return [...seen.values()];
}

/** Ranges of addresses that mean two things: of two VPCs, or of a cluster's services and anybody's VPC. */
export function overlappingRanges(index: NetworkIndex, places: readonly AwsClusterPlace[]): AwsFinding[] {
  const vpcs = [...new Map(places.map((place) => [place.vpc, place])).values()];
  const pairs = vpcs.flatMap((a, position) => vpcs.slice(position + 1).map((b) => [a, b] as const));
  const ofVpcs = pairs.flatMap(([a, b]) => {
    const [x, y] = [index.vpc(a.vpc), index.vpc(b.vpc)];
    if (!rangesOf(x).some((one) => rangesOf(y).some((other) => overlap(one, other)))) return [];
    const words = `the VPCs of ${a.cluster} (${x?.cidrs.join(', ')}) and ${b.cluster} (${y?.cidrs.join(', ')}) overlap: no route can tell them apart`;
    return [found('overlapping-ranges', 'failed', words, [a.vpc, b.vpc])];
  });
  const ofServices = places.flatMap((place) =>
    vpcs.flatMap((other) => {
      const services = rangeOf(place.serviceCidr);
      const vpc = index.vpc(other.vpc);
      if (!services || !rangesOf(vpc).some((one) => overlap(one, services))) return [];
      const words = `the service range ${place.serviceCidr} of ${place.cluster} hides addresses of the VPC of ${other.cluster} (${vpc?.cidrs.join(', ')}): calls to them never leave the node`;
      return [found('overlapping-ranges', 'failed', words, [other.vpc])];
    }),
  );
  return [...ofVpcs, ...ofServices];
}

const PATH_MTU_REPORTS = { protocol: 'icmp', ports: { first: 0, last: 65_535 } } as const;

/**
 * Links that carry smaller packets than nodes send. A peering or VPN reports them to the sender, which a network ACL may stop: a
 * black hole. A transit gateway reports nothing: it drops them, and lowers the segment size of TCP itself (transit gateways
 * guide, "Maximum transmission unit").
 */
export function smallPackets(index: NetworkIndex, paths: readonly NetworkPath[]): AwsFinding[] {
  const between = paths.filter(
    ({ from, there }) => from.place.nodeMtu > LINK_MTU[there.kind] && !there.obstacle,
  );
  return groups(between, wayName).flatMap(([name, all]) => {
    const [path] = all;
    if (!path) return [];
    const { kind, links } = path.there;
    const size = `${name}: nodes send packets of ${path.from.place.nodeMtu} bytes, the ${kind} carries ${LINK_MTU[kind]}`;
    if (kind === 'transit gateway')
      return [
        found(
          'mtu',
          'remark',
          `${size} and drops larger ones without a report: TCP is adapted by it, UDP is lost`,
          links,
        ),
      ];
    const deaf = all.flatMap(({ from, to }) => {
      const nacl = index.naclOf(from.subnet);
      const peer = rangeOf(to.subnet.cidr);
      return (nacl && peer && blockedByNacl(nacl, false, { ...PATH_MTU_REPORTS, peer })) ?? [];
    });
    const [stop] = deaf;
    return stop
      ? [
          found(
            'mtu',
            'failed',
            `${size}, and ${stop.id} keeps the reports of it out (ICMP "fragmentation needed"; ${stop.rule}): an MTU black hole`,
            [stop.id, ...links],
          ),
        ]
      : [found('mtu', 'remark', `${size}: senders are told, and send smaller ones`, links)];
  });
}

/** Ways that leave AWS: the tables and filters behind them are not known, so that nothing but a measurement tells. */
export function unknownWays(paths: readonly NetworkPath[]): AwsFinding[] {
  const leaving = paths.filter(({ there, back }) => there.beyond ?? back.beyond);
  return groups(leaving, wayName).map(([name, all]) => {
    const gates = all.flatMap(({ there, back }) => [there.beyond ?? [], back.beyond ?? []].flat());
    return found(
      'beyond-aws',
      'remark',
      `${name} leaves AWS through ${[...new Set(gates)].join(', ')}: it can only be measured`,
      gates,
    );
  });
}

export function wayName({ from, to }: NetworkPath): string {
  return from.place === to.place
    ? `within ${from.place.cluster}`
    : `${from.place.cluster} → ${to.place.cluster}`;
}

function portName({ protocol, port }: MeshPort): string {
  return `${protocol} ${port}`;
}

function wordsOf({ by, id, rule, of }: Denial, { from, to }: NetworkPath): string {
  const where =
    of === 'answer'
      ? `, for answers to ${from.subnet.cidr}`
      : ` (from ${from.subnet.cidr} to ${to.subnet.cidr})`;
  return `${by} ${id}: ${rule}${by === 'route' || of === 'answer' ? where : ''}`;
}

function rangesOf(vpc: PlacedVpc | undefined) {
  return (vpc?.cidrs ?? []).flatMap((cidr) => rangeOf(cidr) ?? []);
}

function names(places: readonly AwsClusterPlace[]): string {
  return places.map(({ cluster }) => cluster).join(', ');
}
