/**
 * One line of state: JSON with sorted keys and without what is undefined, so that two lines are equal when what they say is,
 * and can be compared byte for byte. Pure.
 */
export function stateLine(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, of]) => of !== undefined && of !== null);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, of]) => [key, sorted(of)]),
  );
}

/** An entry of a network ACL, as the API both takes and describes it. */
export interface NaclEntry {
  RuleNumber?: number | undefined;
  Egress?: boolean | undefined;
  RuleAction?: string | undefined;
  Protocol?: string | undefined;
  CidrBlock?: string | undefined;
  Ipv6CidrBlock?: string | undefined;
  PortRange?: unknown;
  IcmpTypeCode?: unknown;
}

export function naclLine(entry: NaclEntry): string {
  const { RuleNumber, Egress, RuleAction, Protocol, CidrBlock, Ipv6CidrBlock, PortRange, IcmpTypeCode } =
    entry;
  return stateLine({
    RuleNumber,
    Egress,
    RuleAction,
    Protocol,
    CidrBlock,
    Ipv6CidrBlock,
    PortRange,
    IcmpTypeCode,
  });
}

/** A rule of a security group, as DescribeSecurityGroupRules gives it; its id changes when it is put back. */
export interface SecurityRule {
  IsEgress?: boolean | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
  CidrIpv4?: string | undefined;
  CidrIpv6?: string | undefined;
  PrefixListId?: string | undefined;
  ReferencedGroupInfo?: { GroupId?: string | undefined; UserId?: string | undefined } | undefined;
  Description?: string | undefined;
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}

export function securityRuleLine(rule: SecurityRule): string {
  const { IsEgress, IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, PrefixListId, Description } = rule;
  return stateLine({
    IsEgress,
    IpProtocol,
    // Of every protocol there are no ports, which some answers write as -1.
    ...(IpProtocol === '-1' ? {} : { FromPort, ToPort }),
    CidrIpv4,
    CidrIpv6,
    PrefixListId,
    GroupId: rule.ReferencedGroupInfo?.GroupId,
    Description: Description || undefined,
    Tags: tagsOf(rule),
  });
}

/** Tags of a rule that users can set, in the order of their keys; undefined when there are none. */
export function tagsOf({ Tags = [] }: SecurityRule): { Key: string; Value: string }[] | undefined {
  const own = Tags.flatMap(({ Key = '', Value = '' }) => (Key.startsWith('aws:') ? [] : [{ Key, Value }]));
  return own.length === 0 ? undefined : own.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
}

/** What a route of a VPC leads to: the fields by which CreateRoute names targets. */
const ROUTE_FIELDS = [
  'DestinationCidrBlock',
  'DestinationIpv6CidrBlock',
  'DestinationPrefixListId',
  'CarrierGatewayId',
  'CoreNetworkArn',
  'EgressOnlyInternetGatewayId',
  'GatewayId',
  'LocalGatewayId',
  'NatGatewayId',
  'NetworkInterfaceId',
  'TransitGatewayId',
  'VpcPeeringConnectionId',
] as const;

export type VpcRoute = { [Field in (typeof ROUTE_FIELDS)[number]]?: string | undefined };

/** A route without its state, which follows its target. */
export function routeLine(route: VpcRoute): string {
  return stateLine(Object.fromEntries(ROUTE_FIELDS.map((field) => [field, route[field]])));
}

/** The security groups of a network interface. */
export function groupsLine(groups: readonly string[]): string {
  return stateLine({ Groups: groups.toSorted() });
}

export function associationLine(attachment: string): string {
  return stateLine({ TransitGatewayAttachmentId: attachment, State: 'associated' });
}

export function invertedLine(inverted: boolean): string {
  return stateLine({ Inverted: inverted });
}

export function instanceLine(state: string): string {
  return stateLine({ State: state });
}
