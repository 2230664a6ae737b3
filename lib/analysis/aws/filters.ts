import type { AwsNaclEntry, AwsNetworkAcl, AwsRule, AwsSecurityGroup } from '../../model/aws.ts';
import { type AddressRange, contains, overlap, rangeOf } from '../address-range.ts';

/** First and last port. */
export type PortRange = AddressRange;

/** Packets as a filter sees them: its own side is fixed, `peer` is the other one. */
export interface Packets {
  protocol: 'tcp' | 'udp' | 'icmp';
  /** Destination ports; all of them for ICMP, of which only "fragmentation needed" is meant. */
  ports: PortRange;
  peer: AddressRange;
}

/** What stops packets, and by which rule. */
export interface Blocked {
  id: string;
  /** The rule, or that none lets them pass. */
  rule: string;
}

/**
 * Where callers' answers go to: netfilter gives a connection that it masquerades any port from 1024 on (nf_nat_core.c,
 * `nf_nat_l4proto_unique_tuple`), as the VPC CNI does outside of its VPC; AWS names the same range for NAT gateways and
 * load balancers (VPC user guide, "Ephemeral ports").
 */
export const EPHEMERAL: PortRange = { first: 1024, last: 65_535 };

const NUMBERS: Record<Packets['protocol'], string> = { icmp: '1', tcp: '6', udp: '17' };
const ALL_PORTS: PortRange = { first: 0, last: 65_535 };

/** True when a rule of this protocol (a name, a number, or `-1` for any) is about such packets. */
export function isAbout(protocol: string, packets: Packets['protocol']): boolean {
  return protocol === '-1' || protocol === packets || protocol === NUMBERS[packets];
}

/** The ports of a rule: those of "any protocol" and of ICMP are all of them. */
export function portsOf({
  protocol,
  fromPort,
  toPort,
}: Pick<AwsRule, 'protocol' | 'fromPort' | 'toPort'>): PortRange {
  const portless = protocol === '-1' || protocol === 'icmp' || protocol === '1' || fromPort < 0;
  return portless ? ALL_PORTS : { first: fromPort, last: toPort };
}

/** "Fragmentation needed" is type 3 and code 4 of ICMP (RFC 1191); of ICMP nothing else is asked for here. */
function isAboutTooBig({ fromPort: type, toPort: code }: AwsNaclEntry): boolean {
  return (type === -1 || type === 3) && (code === -1 || code === 4);
}

/** Pieces of a range, cut at the ends of all others: every rule is about a piece as a whole, or not at all. */
export function pieces(range: AddressRange, cuts: readonly AddressRange[]): AddressRange[] {
  const starts = cuts.flatMap(({ first, last }) => [first, last + 1]);
  const inside = starts.filter((start) => start > range.first && start <= range.last);
  const firsts = [...new Set([range.first, ...inside])].toSorted((a, b) => a - b);
  return firsts.map((first, index) => ({ first, last: (firsts[index + 1] ?? range.last + 1) - 1 }));
}

/**
 * What of these packets no security group lets pass; undefined when all do. Groups are stateful, and their rules add up: one
 * that lets a packet pass is enough (VPC user guide, "Security group rules"). `isMember` says whether the peer has a group.
 */
export function blockedBySecurityGroups(
  groups: readonly AwsSecurityGroup[],
  direction: 'ingress' | 'egress',
  packets: Packets,
  isMember: (group: string) => boolean,
): Blocked | undefined {
  const rules = groups
    .flatMap((group) => group[direction])
    .filter(({ protocol }) => isAbout(protocol, packets.protocol));
  const open = rules.flatMap((rule) => {
    const members = rule.groups.some(isMember) ? [packets.peer] : [];
    const ranges = rule.cidrs.flatMap((cidr) => rangeOf(cidr) ?? []);
    return [...members, ...ranges].map((peer) => ({ peer, ports: portsOf(rule) }));
  });
  const shut = uncovered(packets, open);
  if (!shut) return undefined;
  const part = contains(shut.peer, packets.peer) ? '' : ' for all of those addresses';
  return { id: groups.map(({ id }) => id).join(', '), rule: `no ${direction} rule lets it pass${part}` };
}

/** A piece of the packets that none of these openings has. */
function uncovered(
  { peer, ports }: Packets,
  open: readonly { peer: AddressRange; ports: PortRange }[],
): { peer: AddressRange } | undefined {
  const peers = pieces(
    peer,
    open.map((one) => one.peer),
  );
  const portPieces = pieces(
    ports,
    open.map((one) => one.ports),
  );
  for (const piece of peers)
    for (const part of portPieces)
      if (!open.some((one) => contains(one.peer, piece) && contains(one.ports, part))) return { peer: piece };
  return undefined;
}

/**
 * The first entry of a network ACL that stops some of these packets; undefined when all pass. Entries are read by their
 * numbers, and the first that matches decides; what none matches is denied (VPC user guide, "Network ACL rules").
 */
export function blockedByNacl(nacl: AwsNetworkAcl, egress: boolean, packets: Packets): Blocked | undefined {
  const entries = nacl.entries
    .filter((entry) => entry.egress === egress && isAbout(entry.protocol, packets.protocol))
    .filter((entry) => entry.protocol !== NUMBERS.icmp || isAboutTooBig(entry))
    .flatMap((entry) => {
      const range = rangeOf(entry.cidr);
      return range ? [{ entry, range, ports: portsOf(entry) }] : [];
    })
    .toSorted((a, b) => a.entry.number - b.entry.number);
  const peers = pieces(
    packets.peer,
    entries.map(({ range }) => range),
  );
  const portPieces = pieces(
    packets.ports,
    entries.map(({ ports }) => ports),
  );
  for (const peer of peers)
    for (const part of portPieces) {
      const first = entries.find(({ range, ports }) => overlap(range, peer) && overlap(ports, part));
      if (first?.entry.action !== 'allow') return { id: nacl.id, rule: naclRule(egress, first?.entry) };
    }
  return undefined;
}

/** 32767 is the number of the rule `*`, which every list ends with. */
function naclRule(egress: boolean, entry: AwsNaclEntry | undefined): string {
  const way = egress ? 'egress' : 'ingress';
  return entry === undefined || entry.number >= 32_767
    ? `no ${way} rule allows it`
    : `${way} rule ${entry.number} (deny ${entry.cidr})`;
}
