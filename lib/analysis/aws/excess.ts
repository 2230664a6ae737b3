import type { AwsClusterPlace, AwsFinding } from '../../model/aws-check.ts';
import type { AwsRule, AwsSecurityGroup, AwsSubnet } from '../../model/aws.ts';
import type { MeshPort } from '../../model/mesh-port.ts';
import { overlap, rangeOf } from '../address-range.ts';
import { blockedByNacl, isAbout, type PortRange, pieces, portsOf } from './filters.ts';
import type { NetworkIndex } from './network-index.ts';
import { found } from './path-findings.ts';
import { machines } from './reach.ts';

const PROTOCOLS = ['tcp', 'udp'] as const;

/**
 * What security groups of a cluster let other clusters do beyond what the mesh needs, where the network ACLs let it pass as
 * well: groups and lists together are what is open. ICMP is left out, which path MTU discovery needs.
 */
export function tooOpen(
  index: NetworkIndex,
  places: readonly AwsClusterPlace[],
  ports: readonly MeshPort[],
): AwsFinding[] {
  const between = ports.filter(({ clusters }) => clusters === 'between');
  return places.flatMap((to) =>
    groupsOf(index, to).flatMap(({ group, roles }) => [
      ...openToTheWorld(to, group),
      ...places
        .filter((from) => from.vpc !== to.vpc)
        .flatMap((from) => {
          const needed = between.filter((port) => roles.includes(port.to));
          return openTo(index, { from, to, group, needed });
        }),
    ]),
  );
}

interface GroupInUse {
  group: AwsSecurityGroup;
  /** Whose interfaces have it. */
  roles: MeshPort['to'][];
}

function groupsOf(index: NetworkIndex, place: AwsClusterPlace): GroupInUse[] {
  const roles = ['nodes', 'api-server'] as const;
  const ids = [...new Set(roles.flatMap((role) => machines(place, role).securityGroups))];
  return ids.flatMap((id) => {
    const group = index.securityGroup(id);
    const own = roles.filter((role) => machines(place, role).securityGroups.includes(id));
    return group ? [{ group, roles: own }] : [];
  });
}

function openToTheWorld(place: AwsClusterPlace, group: AwsSecurityGroup): AwsFinding[] {
  return group.ingress
    .filter((rule) => rule.cidrs.some(isWorld) && PROTOCOLS.some((one) => isAbout(rule.protocol, one)))
    .map((rule) =>
      found(
        'open-to-world',
        'failed',
        `${group.id} (${group.name}) of ${place.cluster} lets every address (0.0.0.0/0) in on ${ruleName(rule)}`,
        [group.id],
      ),
    );
}

function isWorld(cidr: string): boolean {
  return cidr.endsWith('/0');
}

interface Opening {
  from: AwsClusterPlace;
  to: AwsClusterPlace;
  group: AwsSecurityGroup;
  needed: readonly MeshPort[];
}

function openTo(index: NetworkIndex, { from, to, group, needed }: Opening): AwsFinding[] {
  const senders = (index.vpc(from.vpc)?.cidrs ?? []).flatMap((cidr) => rangeOf(cidr) ?? []);
  const theirGroups = [...from.nodes.securityGroups, ...from.apiServer.securityGroups];
  return group.ingress.flatMap((rule) => {
    const ranges = rule.cidrs.filter((cidr) => !isWorld(cidr)).flatMap((cidr) => rangeOf(cidr) ?? []);
    const concerns =
      ranges.some((range) => senders.some((sender) => overlap(range, sender))) ||
      rule.groups.some((id) => theirGroups.includes(id));
    if (!concerns) return [];
    const spare = PROTOCOLS.filter((protocol) => isAbout(rule.protocol, protocol)).flatMap((protocol) => {
      const wanted = needed
        .filter((port) => port.protocol === protocol)
        .map(({ port }) => ({ first: port, last: port }));
      const excess = pieces(portsOf(rule), wanted).filter(
        (part) => !wanted.some((one) => overlap(one, part)),
      );
      return excess
        .filter((part) => passesLists(index, { from, to, protocol, part }))
        .map((part) => portsName(protocol, part));
    });
    if (spare.length === 0) return [];
    const needs = needed.map(({ protocol, port }) => `${protocol} ${port}`).join(', ') || 'none';
    const words = `${group.id} (${group.name}) of ${to.cluster} lets ${from.cluster} in on ${spare.join(', ')}, which the mesh does not need (${needs}); the rule is ${ruleName(rule)} from ${[...rule.cidrs, ...rule.groups].join(', ')}`;
    return [found('too-open', 'failed', words, [group.id])];
  });
}

/** True when the network ACLs let some of these ports pass, from some subnet of the one to some subnet of the other. */
function passesLists(
  index: NetworkIndex,
  {
    from,
    to,
    protocol,
    part,
  }: { from: AwsClusterPlace; to: AwsClusterPlace; protocol: 'tcp' | 'udp'; part: PortRange },
): boolean {
  const subnets = (place: AwsClusterPlace) =>
    [...new Set([...place.nodes.subnets, ...place.apiServer.subnets])].flatMap(
      (id) => index.subnet(id) ?? [],
    );
  const admits = (a: AwsSubnet, b: AwsSubnet) => {
    const [out, into] = [index.naclOf(a), index.naclOf(b)];
    const [peerOut, peerIn] = [rangeOf(b.cidr), rangeOf(a.cidr)];
    const cuts = [out, into].flatMap((nacl) => (nacl?.entries ?? []).map(portsOf));
    // Port by port of what the lists tell apart: they may open a part of the rule only.
    return pieces(part, cuts).some(
      (ports) =>
        !(out && peerOut && blockedByNacl(out, true, { protocol, ports, peer: peerOut })) &&
        !(into && peerIn && blockedByNacl(into, false, { protocol, ports, peer: peerIn })),
    );
  };
  return subnets(from).some((a) => subnets(to).some((b) => admits(a, b)));
}

function ruleName(rule: AwsRule): string {
  if (rule.protocol === '-1') return 'every protocol and port';
  return portsName(rule.protocol, portsOf(rule));
}

function portsName(protocol: string, { first, last }: PortRange): string {
  if (first === 0 && last === 65_535) return `${protocol}, all ports`;
  return first === last ? `${protocol} ${first}` : `${protocol} ${first}–${last}`;
}
