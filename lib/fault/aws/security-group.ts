import { groupsLine, type SecurityRule, securityRuleLine, tagsOf } from '../../aws/state-lines.ts';
import { cidrContains, cidrsOverlap } from '../../environment/cidr.ts';
import type { AwsPlace } from '../../model/aws.ts';
import { type AwsApiCall, type AwsChange, type AwsOwn, OWN } from '../../model/aws-fault.ts';
import { MeshproofError } from '../../support/errors.ts';

/** A network interface of a node, and the security groups that it is in. */
export interface NodeInterface {
  id: string;
  groups: readonly string[];
}

/** A security group without a single rule: who is in it alone can neither call nor be called. Pure. */
export function emptyGroup(
  { cluster, place, vpc }: { cluster: string; place: AwsPlace; vpc: string },
  named: { name: string; tags: readonly { Key: string; Value: string }[] },
): AwsOwn {
  return {
    kind: 'security-group',
    cluster,
    place,
    makes: [
      {
        service: 'ec2',
        action: 'createSecurityGroup',
        input: {
          GroupName: named.name,
          Description: 'Meshproof: a zone outage; whoever is in it can neither call nor be called',
          VpcId: vpc,
          TagSpecifications: [{ ResourceType: 'security-group', Tags: named.tags }],
        },
      },
      // A new group lets everything out.
      {
        service: 'ec2',
        action: 'revokeSecurityGroupEgress',
        input: {
          GroupId: OWN,
          IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        },
      },
    ],
    removes: { service: 'ec2', action: 'deleteSecurityGroup', input: { GroupId: OWN } },
  };
}

/** Gives network interfaces that empty group in place of their own, and those back. Pure. */
export function isolate(
  { cluster, place }: { cluster: string; place: AwsPlace },
  interfaces: readonly NodeInterface[],
): AwsChange[] {
  return interfaces.map(({ id, groups }) => {
    const give = (Groups: readonly string[]): AwsApiCall => ({
      service: 'ec2',
      action: 'modifyNetworkInterfaceAttribute',
      input: { NetworkInterfaceId: id, Groups },
    });
    return {
      object: { kind: 'network-interface', id, place },
      cluster,
      does: give([OWN]),
      undoes: give(groups),
      adds: [groupsLine([OWN])],
      removes: [groupsLine(groups)],
    };
  });
}

/** A security group with its rules, and whether the environment made it. */
export interface GroupRules {
  id: string;
  ours: boolean;
  rules: readonly SecurityRule[];
}

/**
 * Takes away the rules by which security groups let packets of some ranges in, and puts them back. Refuses, as a `usage`
 * error that says which rule it is, when one lets in more than those ranges, or is somebody else's; and when there is none,
 * since nothing would be cut. Pure.
 */
export function revokeFrom(
  { cluster, place }: { cluster: string; place: AwsPlace },
  groups: readonly GroupRules[],
  ranges: readonly string[],
): AwsChange[] {
  const changes = groups.flatMap(({ id, ours, rules }) =>
    rules
      .filter((rule) => rule.IsEgress !== true && rangesOf(rule).some((cidr) => overlapsAny(cidr, ranges)))
      .map((rule) => {
        const line = securityRuleLine(rule);
        if (!ours)
          throw refusal(`security group ${id} is not this environment's, and it lets them in: ${line}`);
        if (!rangesOf(rule).every((cidr) => ranges.some((range) => cidrContains(range, cidr))))
          throw refusal(
            `security group ${id} has a rule that lets in more than ${ranges.join(', ')}: ${line}`,
          );
        return changeOf({ cluster, place }, id, rule);
      }),
  );
  if (changes.length > 0) return changes;
  const names = groups.map(({ id }) => id).join(', ');
  throw refusal(`no rule of ${names} lets in ${ranges.join(', ')}: there is nothing to cut`);
}

function changeOf(
  { cluster, place }: { cluster: string; place: AwsPlace },
  group: string,
  rule: SecurityRule,
): AwsChange {
  const { IpProtocol, FromPort, ToPort, CidrIpv4, Description } = rule;
  const ports = IpProtocol === '-1' ? {} : { FromPort, ToPort };
  const permission = (described: object) => [
    { IpProtocol, ...ports, IpRanges: [{ CidrIp: CidrIpv4, ...described }] },
  ];
  const tags = tagsOf(rule);
  return {
    object: { kind: 'security-group', id: group, place },
    cluster,
    does: {
      service: 'ec2',
      action: 'revokeSecurityGroupIngress',
      input: { GroupId: group, IpPermissions: permission({}) },
    },
    undoes: {
      service: 'ec2',
      action: 'authorizeSecurityGroupIngress',
      input: {
        GroupId: group,
        IpPermissions: permission(Description ? { Description } : {}),
        ...(tags ? { TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: tags }] } : {}),
      },
    },
    adds: [],
    removes: [securityRuleLine(rule)],
  };
}

/** Sources of a rule that can be compared with a range; of groups and prefix lists nobody knows what they hold. */
function rangesOf({ CidrIpv4 }: SecurityRule): string[] {
  return CidrIpv4 === undefined ? [] : [CidrIpv4];
}

function overlapsAny(cidr: string, ranges: readonly string[]): boolean {
  return ranges.some((range) => cidrsOverlap(cidr, range));
}

function refusal(message: string): MeshproofError {
  return new MeshproofError('usage', message, {
    nextStep: 'use --by network-acl, which needs no rule of others',
  });
}
