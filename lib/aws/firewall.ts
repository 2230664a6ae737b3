import {
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkAclEntryCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupRulesCommand,
} from '@aws-sdk/client-ec2';
import type { AwsNaclEntry, AwsPlace } from '../model/aws.ts';
import { MeshproofError } from '../support/errors.ts';
import { awsClients } from './clients.ts';
import { type OurTags, tagList } from './tags.ts';

/** What a security group lets in from a range. */
export interface LetIn {
  protocol: 'tcp' | 'udp';
  port: number;
  cidr: string;
}

/** Lets in through a security group what it does not let in yet; each rule carries our tags. */
export async function ensureIngress(
  place: AwsPlace,
  group: string,
  wanted: readonly LetIn[],
  tags: OurTags,
): Promise<void> {
  const { ec2 } = awsClients(place);
  const there = await rulesOf(place, group);
  const missing = wanted.filter(
    (one) =>
      !there.some(
        (rule) =>
          rule.IsEgress !== true &&
          rule.IpProtocol === one.protocol &&
          rule.FromPort === one.port &&
          rule.ToPort === one.port &&
          rule.CidrIpv4 === one.cidr,
      ),
  );
  if (missing.length === 0) return;
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group,
      IpPermissions: missing.map(({ protocol, port, cidr }) => ({
        IpProtocol: protocol,
        FromPort: port,
        ToPort: port,
        IpRanges: [{ CidrIp: cidr, Description: `meshproof ${tags.environment}` }],
      })),
      TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: tagList(tags) }],
    }),
  );
}

async function rulesOf(place: AwsPlace, group: string) {
  const { SecurityGroupRules: rules = [] } = await awsClients(place).ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [group] }] }),
  );
  return rules;
}

/**
 * Entries of a network ACL, by their numbers. One that is there and the same stays; another one with the same number is an
 * `environment` error: it is replaced by nobody who did not write it.
 */
export async function ensureAclEntries(
  place: AwsPlace,
  acl: string,
  wanted: readonly AwsNaclEntry[],
): Promise<void> {
  const { ec2 } = awsClients(place);
  const there = await entriesOf(place, acl);
  for (const entry of wanted) {
    const old = there.find(({ number, egress }) => number === entry.number && egress === entry.egress);
    if (old && isSame(old, entry)) continue;
    if (old)
      throw new MeshproofError('environment', `${acl} has another entry with the number ${entry.number}`, {
        nextStep: 'it is not what the link needs: remove it, or run env down',
      });
    const icmp = entry.protocol === '1';
    await ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId: acl,
        RuleNumber: entry.number,
        Egress: entry.egress,
        RuleAction: entry.action,
        Protocol: entry.protocol,
        CidrBlock: entry.cidr,
        ...(icmp ? { IcmpTypeCode: { Type: entry.fromPort, Code: entry.toPort } } : {}),
        ...(entry.protocol === '6' || entry.protocol === '17'
          ? { PortRange: { From: entry.fromPort, To: entry.toPort } }
          : {}),
      }),
    );
  }
}

function isSame(old: AwsNaclEntry, wanted: AwsNaclEntry): boolean {
  // The type and code of ICMP are compared where they are told: moto 5.2.5 keeps none.
  const ports =
    wanted.protocol === '1' && old.fromPort === 0 ? {} : { fromPort: old.fromPort, toPort: old.toPort };
  return JSON.stringify({ ...wanted, ...ports }) === JSON.stringify(wanted) && rest(old) === rest(wanted);
}

function rest({ action, protocol, cidr }: AwsNaclEntry): string {
  return `${action} ${protocol} ${cidr}`;
}

async function entriesOf(place: AwsPlace, acl: string): Promise<AwsNaclEntry[]> {
  const { NetworkAcls: [found] = [] } = await awsClients(place).ec2.send(
    new DescribeNetworkAclsCommand({ NetworkAclIds: [acl] }),
  );
  return (found?.Entries ?? []).map((entry) => ({
    number: entry.RuleNumber ?? 0,
    egress: entry.Egress ?? false,
    action: entry.RuleAction ?? 'deny',
    protocol: entry.Protocol ?? '-1',
    cidr: entry.CidrBlock ?? '',
    fromPort: entry.IcmpTypeCode?.Type ?? entry.PortRange?.From ?? 0,
    toPort: entry.IcmpTypeCode?.Code ?? entry.PortRange?.To ?? 65_535,
  }));
}
