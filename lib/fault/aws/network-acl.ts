import { naclLine } from '../../aws/state-lines.ts';
import { cidrsOverlap, parseCidr } from '../../environment/cidr.ts';
import type { AwsNaclEntry, AwsNetworkAcl, AwsPlace } from '../../model/aws.ts';
import type { AwsChange } from '../../model/aws-fault.ts';
import { MeshproofError } from '../../support/errors.ts';

/** Rule numbers that are Meshproof's, in every network ACL of its VPCs: before the 100 at which AWS begins its own. */
export const RESERVED_RULES = { first: 41, last: 60 };

/** Rules for one direction; the last one, `*`, does not count (Amazon VPC quotas, "Rules per network ACL"). */
export const RULES_QUOTA = 20;
/** Number of the rule that AWS shows as `*`. */
const LAST_RULE = 32_767;

/** A network ACL of a cluster, and where it is. */
export interface AclOf {
  cluster: string;
  place: AwsPlace;
  acl: AwsNetworkAcl;
  /** Lines of faults of this environment that hold just now: their numbers are taken, and no foreign ones. */
  open: readonly string[];
}

/** Packets that are to be dropped: arriving from, or leaving for, a range. */
export interface Denial {
  egress: boolean;
  cidr: string;
}

/**
 * Deny entries at reserved numbers that drop these packets at a network ACL. Refuses, as a `usage` error that says what is
 * there, when an entry at a reserved number is none of an open fault, when one before them lets the packets pass, or when
 * there is no room. Pure.
 */
export function denyAt({ cluster, place, acl, open }: AclOf, denials: readonly Denial[]): AwsChange[] {
  const reserved = acl.entries.filter(isReserved);
  const foreign = reserved.filter((entry) => !open.includes(naclLine(asInput(entry))));
  if (foreign.length > 0)
    throw refusal(
      `${acl.id} has entries at numbers that are reserved for faults (${RESERVED_RULES.first} to ${RESERVED_RULES.last}), and they are of no open fault: ${foreign.map(entryWords).join('; ')}`,
      'give them other numbers; when an earlier fault left them, meshproof sweep removes them',
    );
  return [false, true].flatMap((egress) => {
    const mine = denials.filter((one) => one.egress === egress);
    const there = acl.entries.filter((one) => one.egress === egress && one.number < LAST_RULE);
    if (mine.length > 0 && there.length + mine.length > RULES_QUOTA)
      throw refusal(
        `${acl.id} has ${there.length} ${directionOf(egress)} rules, and ${mine.length} more are beyond the quota of ${RULES_QUOTA}`,
        'remove rules that nobody needs, or use --by security-group',
      );
    const taken = new Set(there.map(({ number }) => number));
    const free = Array.from(
      { length: RESERVED_RULES.last - RESERVED_RULES.first + 1 },
      (_, index) => RESERVED_RULES.first + index,
    ).filter((number) => !taken.has(number));
    return mine.map((denial, index) => {
      const number = free[index];
      if (number === undefined)
        throw refusal(`${acl.id} has no reserved number left`, 'revert other faults first');
      const before = there.find(
        (one) => one.action === 'allow' && one.number < number && cidrsOverlap(one.cidr, denial.cidr),
      );
      if (before)
        throw refusal(
          `${acl.id}: a rule before ours lets pass what is to be dropped: ${entryWords(before)}`,
          `give it a number above ${RESERVED_RULES.last}`,
        );
      return changeOf({ cluster, place, acl }, denial, number);
    });
  });
}

function changeOf(
  { cluster, place, acl }: Omit<AclOf, 'open'>,
  { egress, cidr }: Denial,
  number: number,
): AwsChange {
  const entry = { RuleNumber: number, Egress: egress, RuleAction: 'deny', Protocol: '-1', CidrBlock: cidr };
  return {
    object: { kind: 'network-acl', id: acl.id, place },
    cluster,
    does: { service: 'ec2', action: 'createNetworkAclEntry', input: { NetworkAclId: acl.id, ...entry } },
    undoes: {
      service: 'ec2',
      action: 'deleteNetworkAclEntry',
      input: { NetworkAclId: acl.id, RuleNumber: number, Egress: egress },
    },
    adds: [naclLine(entry)],
    removes: [],
  };
}

/**
 * What cuts a zone off at the network ACLs of its VPC. One whose subnets are all in the zone drops everything; where one
 * serves other zones too, the ranges of the zone are dropped at each, on their way in and out: then calls within one subnet
 * go on, and so do those of clients with addresses of the internet. Pure.
 */
export function zoneDenials(
  acl: AwsNetworkAcl,
  zone: { subnets: readonly { id: string; cidr: string }[]; alone: boolean },
): Denial[] {
  if (zone.alone) {
    const inZone = acl.subnets.some(({ subnet }) => zone.subnets.some(({ id }) => id === subnet));
    return inZone ? bothWays(['0.0.0.0/0']) : [];
  }
  return acl.subnets.length === 0 ? [] : bothWays(zone.subnets.map(({ cidr }) => cidr));
}

/** True when every network ACL that serves a subnet of the zone serves no other. Pure. */
export function servesAlone(acls: readonly AwsNetworkAcl[], subnets: readonly { id: string }[]): boolean {
  const isOfZone = ({ subnet }: { subnet: string }) => subnets.some(({ id }) => id === subnet);
  return acls.filter((acl) => acl.subnets.some(isOfZone)).every((acl) => acl.subnets.every(isOfZone));
}

function bothWays(cidrs: readonly string[]): Denial[] {
  return cidrs.flatMap((cidr) => [
    { egress: false, cidr },
    { egress: true, cidr },
  ]);
}

/** True for an entry at a reserved number. */
export function isReserved({ number }: AwsNaclEntry): boolean {
  return number >= RESERVED_RULES.first && number <= RESERVED_RULES.last;
}

/** True for what a fault of ours looks like: it drops all packets of a range, at a reserved number. */
export function looksLikeOurs(entry: AwsNaclEntry): boolean {
  return isReserved(entry) && entry.action === 'deny' && entry.protocol === '-1' && isIpv4(entry.cidr);
}

/** An entry as the call that makes it has it; those of ours have nothing else. */
export function asInput({ number, egress, action, protocol, cidr }: AwsNaclEntry) {
  return { RuleNumber: number, Egress: egress, RuleAction: action, Protocol: protocol, CidrBlock: cidr };
}

/** An entry, in words: `41 in: deny all of 10.20.0.0/16`. */
export function entryWords({ number, egress, action, protocol, cidr }: AwsNaclEntry): string {
  return `${number} ${directionOf(egress)}: ${action} ${protocol === '-1' ? 'all' : `protocol ${protocol}`} of ${cidr}`;
}

function directionOf(egress: boolean): string {
  return egress ? 'outbound' : 'inbound';
}

function isIpv4(cidr: string): boolean {
  return parseCidr(cidr) !== undefined;
}

function refusal(message: string, nextStep: string): MeshproofError {
  return new MeshproofError('usage', message, { nextStep });
}
