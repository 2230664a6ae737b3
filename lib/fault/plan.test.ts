import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { dnsAddress } from './plan-network.ts';
import { planFault } from './plan.ts';

const lab = fakeLab();
const options = { run: 'run-1', lastsMs: 60_000 };

test('a node kill names one node and what it takes along', () => {
  const plan = planFault({ kind: 'node-kill', cluster: 'east', node: 'east-worker' }, lab, options);
  expect(plan.targets.map(({ node }) => node)).toEqual(['east-worker']);
  expect(plan.mechanism).toBe('docker');
  expect(plan.blastRadius).toContain('every pod on it');
  expect(plan.deadline).toBeGreaterThan(Date.now() + 50_000);
});

test('a partition is directed: dropped at the far end, by the addresses of the near one', () => {
  const plan = planFault({ kind: 'link-partition', from: 'west', to: 'east' }, lab, options);
  expect(new Set(plan.targets.map(({ cluster }) => cluster))).toEqual(new Set(['east']));
  const sources = lab.clusters[1]?.nodes.map(({ address }) => address).join(', ');
  expect(plan.targets.map(({ chains }) => chains)).toEqual(
    Array.from({ length: 3 }, () => expect.stringContaining(`ip saddr { ${sources} } counter drop`)),
  );
});

test('a target that is not there is refused with what there is', () => {
  const kill = () => planFault({ kind: 'node-kill', cluster: 'east', node: 'nobody' }, lab, options);
  expect(kill).toThrow(/no node nobody/);
  expect(() => planFault({ kind: 'link-partition', from: 'north', to: 'east' }, lab, options)).toThrow(
    /no cluster north/,
  );
  expect(() => planFault({ kind: 'link-partition', from: 'east', to: 'east' }, lab, options)).toThrow(
    /one cluster to another/,
  );
});

test('a partition of both ways drops at either end what comes from the other', () => {
  const plan = planFault({ kind: 'link-partition', from: 'west', to: 'east', bothWays: true }, lab, options);
  const [east, west] = lab.clusters.map(({ nodes }) => nodes.map(({ address }) => address).join(', '));
  for (const { cluster, chains } of plan.targets) {
    expect(chains).toContain(`ip saddr { ${cluster === 'east' ? west : east} }`);
    expect(chains).not.toContain(`ip saddr { ${cluster === 'east' ? east : west} }`);
  }
  expect(plan.targets).toHaveLength(6);
  expect(plan.knocks).toHaveLength(6);
});

test('what needs the API server asks from the node of the control plane', () => {
  const outage = planFault({ kind: 'workload-outage', cluster: 'east', program: 'istiod' }, lab, options);
  expect(outage.targets.map(({ node }) => node)).toEqual(['east-control-plane']);
  const loop = { kind: 'pod-crash-loop', cluster: 'east', namespace: 'shop', app: 'cart' } as const;
  expect(planFault(loop, lab, options).targets[0]?.node).toBe('east-control-plane');
});

test('every node that has rules is knocked at, from the far end of the link', () => {
  const plan = planFault({ kind: 'link-loss', from: 'west', to: 'east', percent: 5 }, lab, options);
  expect(plan.knocks.map(({ container }) => container)).toEqual(
    lab.clusters[1]?.nodes.map(({ container }) => container),
  );
  for (const { address } of lab.clusters[0]?.nodes ?? [])
    expect(plan.knocks.some(({ command }) => command.includes(`/${address}/`))).toBe(true);
});

test('a relay for DNS stands in front of the tenth address of the services, and asks by itself', () => {
  const late = planFault({ kind: 'dns-latency', cluster: 'east', delayMs: 300 }, lab, options);
  expect(dnsAddress('10.96.0.0/16')).toBe('10.96.0.10');
  expect(dnsAddress('10.96.0.248/29')).toBe('10.96.1.2');
  const address = dnsAddress(lab.clusters[0]?.serviceCidr ?? '');
  for (const { chains, address: own } of late.targets) {
    expect(chains).toContain(`ip daddr ${address} udp dport 53 counter dnat ip to ${own}:15991`);
    expect(chains).toContain('meta skuid != 15990');
  }
  expect(late.knocks).toHaveLength(late.targets.length);
  const wrong = {
    kind: 'dns-wrong-answers',
    cluster: 'east',
    name: 'cart.shop',
    answer: 'nxdomain',
  } as const;
  const lie = planFault(wrong, lab, options);
  expect(lie.knocks[0]?.command).toContain('\\x04cart\\x04shop\\x00');
  // Both at once have relays of their own.
  expect(lie.relay?.port).not.toBe(late.relay?.port);
});
