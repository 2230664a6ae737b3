import { expect, test } from '@playwright/test';
import { naclLine } from '../../aws/state-lines.ts';
import type { AwsNaclEntry, AwsNetworkAcl } from '../../model/aws.ts';
import { asInput, denyAt, looksLikeOurs, servesAlone, zoneDenials } from './network-acl.ts';

const place = { account: { name: 'default', deny: [] }, region: 'eu-central-1' };
const west = { egress: false, cidr: '10.20.0.0/16' };

function entry(number: number, changes: Partial<AwsNaclEntry> = {}): AwsNaclEntry {
  const all = { cidr: '0.0.0.0/0', protocol: '-1', fromPort: 0, toPort: 65_535 };
  return { number, egress: false, action: 'allow', ...all, ...changes };
}

function acl(entries: AwsNaclEntry[], subnets: string[] = ['subnet-a']): AwsNetworkAcl {
  const associations = subnets.map((subnet) => ({ subnet, association: `of-${subnet}` }));
  return { id: 'acl-1', vpc: 'vpc-1', isDefault: false, subnets: associations, entries, tags: {} };
}

const deny = (entries: AwsNaclEntry[], open: string[] = []) =>
  denyAt({ cluster: 'east', place, acl: acl(entries), open }, [west]);

test('the entry has the first reserved number, and is taken back by that number and direction', () => {
  const [change] = deny([entry(100), entry(32_767, { action: 'deny' })]);
  expect(change?.does.input).toMatchObject({ RuleNumber: 41, RuleAction: 'deny', CidrBlock: '10.20.0.0/16' });
  expect(change?.undoes).toMatchObject({
    action: 'deleteNetworkAclEntry',
    input: { NetworkAclId: 'acl-1', RuleNumber: 41, Egress: false },
  });
});

test('a number of a fault that holds is passed over; of nobody that is known, it is foreign and named', () => {
  const other = entry(41, { action: 'deny', cidr: '10.30.0.0/16' });
  const [change] = deny([other, entry(100)], [naclLine(asInput(other))]);
  expect(change?.does.input['RuleNumber']).toBe(42);
  expect(() => deny([other, entry(100)])).toThrow(/reserved .* 41 inbound: deny all of 10\.30\.0\.0\/16/);
});

test('an earlier rule that lets pass what is to be dropped is refused, another is not', () => {
  expect(() => deny([entry(40)])).toThrow('a rule before ours lets pass');
  expect(deny([entry(40, { cidr: '10.99.0.0/16' }), entry(40, { egress: true })])).toHaveLength(1);
});

test('the quota of 20 rules a direction counts all but the last one', () => {
  const rules = (count: number) => Array.from({ length: count }, (_, index) => entry(100 + index));
  expect(deny([...rules(19), entry(32_767)])).toHaveLength(1);
  expect(() => deny(rules(20))).toThrow('beyond the quota of 20');
});

test('a list of one zone drops everything, one that serves others the ranges of the zone', () => {
  const subnets = [{ id: 'subnet-a', cidr: '10.10.0.0/24' }];
  const own = acl([]);
  const shared = acl([], ['subnet-a', 'subnet-b']);
  expect(servesAlone([own], subnets)).toBe(true);
  expect(servesAlone([shared], subnets)).toBe(false);
  const cidrs = (of: AwsNetworkAcl, alone: boolean) =>
    zoneDenials(of, { subnets, alone }).map(({ cidr, egress }) => `${cidr} ${egress}`);
  expect(cidrs(own, true)).toEqual(['0.0.0.0/0 false', '0.0.0.0/0 true']);
  expect(cidrs(acl([], ['subnet-b']), true)).toEqual([]);
  expect(cidrs(shared, false)).toEqual(['10.10.0.0/24 false', '10.10.0.0/24 true']);
});

test('only what drops all of a range at a reserved number looks like ours', () => {
  const ours = entry(41, { action: 'deny', cidr: '10.20.0.0/16' });
  expect(looksLikeOurs(ours)).toBe(true);
  for (const change of [
    { number: 40 },
    { number: 61 },
    { action: 'allow' as const },
    { protocol: '6' },
    { cidr: '::/0' },
  ])
    expect(looksLikeOurs({ ...ours, ...change }), JSON.stringify(change)).toBe(false);
});
