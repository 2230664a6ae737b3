import { expect, test } from '@playwright/test';
import { istioPorts } from '../../../mesh/istio/ports.ts';
import type { ClusterNetwork } from './contract.ts';
import { openings, pairs } from './plan.ts';

const network = (cluster: string, vpcCidr: string, api = `api-${cluster}`): ClusterNetwork => ({
  cluster,
  place: { account: { name: 'default', deny: [] }, region: 'eu-central-1' },
  vpcId: `vpc-${cluster}`,
  vpcCidr,
  subnetIds: [],
  routeTableIds: [],
  nodeSecurityGroupId: `nodes-${cluster}`,
  apiSecurityGroupId: api,
  networkAclId: `acl-${cluster}`,
});
const east = network('east', '10.10.0.0/16');
const west = network('west', '10.20.0.0/16');

test('a security group takes the ports between clusters from the other ranges, and none that are of one cluster only', () => {
  const [opening] = openings([east, west], istioPorts);
  expect(opening?.ingress).toEqual([
    {
      group: 'nodes-east',
      rules: [15_443, 31_443].map((port) => ({ protocol: 'tcp', port, cidr: west.vpcCidr })),
    },
    { group: 'api-east', rules: [{ protocol: 'tcp', port: 443, cidr: west.vpcCidr }] },
  ]);
});

test('where nodes and API server share a security group it has all rules once', () => {
  const [opening] = openings([network('east', '10.10.0.0/16', 'nodes-east'), west], istioPorts);
  expect(opening?.ingress.map(({ group, rules }) => [group, rules.map(({ port }) => port)])).toEqual([
    ['nodes-east', [15_443, 31_443, 443]],
  ]);
});

test('a network ACL lets answers and "fragmentation needed" pass, and then denies the rest of that range', () => {
  const [opening] = openings([east, west], istioPorts);
  const inwards = opening?.entries.filter(({ egress }) => !egress) ?? [];
  expect(
    inwards.map(({ number, action, protocol, fromPort, toPort }) => [
      number,
      action,
      protocol,
      fromPort,
      toPort,
    ]),
  ).toEqual([
    [1000, 'allow', '6', 443, 443],
    [1001, 'allow', '6', 1024, 65_535],
    [1002, 'allow', '1', 3, 4],
    [1003, 'deny', '-1', 0, 65_535],
  ]);
});

test('five clusters stay within the 20 rules a direction that AWS allows by default', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((name, index) => network(name, `10.${index}.0.0/16`));
  const [opening] = openings(five, istioPorts);
  const inwards = opening?.entries.filter(({ egress }) => !egress) ?? [];
  // The base rule, and AWS's own last one.
  expect(inwards.length + 2).toBeLessThanOrEqual(20);
  expect(new Set(inwards.map(({ number }) => number)).size).toBe(inwards.length);
});

test('each pair is linked once, from the same side whatever the order', () => {
  const named = (all: [ClusterNetwork, ClusterNetwork][]) => all.map(([a, b]) => `${a.cluster}-${b.cluster}`);
  expect(named(pairs([west, east]))).toEqual(['east-west']);
  expect(pairs(['a', 'b', 'c'].map((name) => network(name, '10.0.0.0/16')))).toHaveLength(3);
});
