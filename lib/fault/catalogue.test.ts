import { expect, test } from '@playwright/test';
import { onEks } from '../../selftests/aws/eks-lab.ts';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { FAULT_KINDS } from '../model/fault.ts';
import { MeshproofError } from '../support/errors.ts';
import { faultOptions, type Given, NOT_APPLICABLE, specOf, usageOf } from './catalogue.ts';
import { mechanismOf } from './mechanisms.ts';
import { ONLY_ON_AWS } from './aws/catalogue.ts';
import { planFault } from './plan.ts';
import { parametersOf } from './schema.ts';

const fake = fakeLab();
// Everything that a mesh can have, so that every kind of fault can be planned.
const lab = {
  ...fake,
  environment: { ...fake.environment, mesh: { ...fake.environment.mesh, multiRoot: true } },
};
const GIVEN: Given = {
  cluster: 'east',
  node: 'east-worker',
  zone: 'b',
  program: 'coredns',
  namespace: 'shop',
  app: 'cart',
  from: 'west',
  to: 'east',
  percent: '5',
  kbit: '512',
  delay: '100ms',
  bytes: '1400',
  name: 'cart.shop.svc.cluster.local',
  answer: 'nxdomain',
};

for (const kind of FAULT_KINDS) {
  const required = parametersOf(kind).filter((one) => one.required);
  const given = Object.fromEntries(required.map(({ name }) => [name, GIVEN[name]]));
  const isOnlyOnAws = kind in ONLY_ON_AWS;

  test(`${kind} is planned from what it takes, onto targets that a mechanism reaches`, () => {
    const at = isOnlyOnAws ? onEks(lab) : lab;
    const plan = planFault(specOf(kind, given), at, { run: 'run-1', lastsMs: 60_000 });
    expect(plan.spec.kind).toBe(kind);
    expect(plan.targets.length).toBeGreaterThan(0);
    expect(plan.blastRadius).not.toBe('');
    expect(mechanismOf(plan)).toBeDefined();
    // Rules that nothing passes could not be proven to bite.
    if (plan.targets.some(({ chains }) => chains !== undefined))
      expect(plan.knocks.length).toBeGreaterThanOrEqual(plan.targets.length);
  });

  test(`${kind} says what is missing, and what does not belong to it`, () => {
    expect(() => specOf(kind, {})).toThrow(`--${required[0]?.name} is missing`);
    const surplus = 'from' in given ? { zone: 'x' } : { from: 'west' };
    expect(() => specOf(kind, { ...given, ...surplus })).toThrow('does not belong to it');
  });
}

const ELSEWHERE: [string, Given][] = [
  ...Object.keys(ONLY_ON_AWS).map((kind): [string, Given] => [kind, GIVEN]),
  ['link-partition', { ...GIVEN, by: 'network-acl' }],
  ['zone-outage', { ...GIVEN, by: 'security-group' }],
  ['node-kill', { ...GIVEN, by: 'fis' }],
];
for (const [kind, given] of ELSEWHERE) {
  test(`${kind}${given['by'] === undefined ? '' : ` by ${String(given['by'])}`} is a usage error where the provider is not eks`, () => {
    const known = FAULT_KINDS.find((one) => one === kind) ?? 'node-kill';
    const taken = [...parametersOf(known).filter((one) => one.required), { name: 'by' }];
    const typed = Object.fromEntries(
      taken.flatMap(({ name }) => (given[name] === undefined ? [] : [[name, given[name]]])),
    );
    const planned = () => planFault(specOf(kind, typed), lab, { run: 'run-1', lastsMs: 1000 });
    expect(planned).toThrow('takes the API of AWS, and the provider here is kind');
    expect(planned).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
}

test('what is not in the catalogue, or no value for it, is a usage error that says what is', () => {
  const link = { from: 'west', to: 'east' };
  for (const [kind, given, says] of [
    ['node-melt', {}, 'no fault node-melt'],
    ['process-freeze', { cluster: 'east', program: 'vim' }, '--program vim'],
    ['link-loss', { ...link, percent: '120' }, '--percent 120'],
    ['link-loss', { ...link, percent: 'much' }, '--percent much'],
    ['link-latency', { ...link, delay: '100' }, '--delay 100: a number and a unit'],
    ['mtu-black-hole', { ...link, bytes: '1500' }, '--bytes 1500'],
    ['link-partition', { ...link, plane: 'astral' }, '--plane astral'],
    ['dns-wrong-answers', { cluster: 'east', name: 'cart', answer: 'nxdomain' }, '--name cart: a full name'],
    ['dns-wrong-answers', { cluster: 'east', name: 'cart.shop', answer: 'no' }, '--answer no'],
    ['memory-pressure', { cluster: 'east', node: 'n', leave: '1' }, '--leave 1'],
  ] as const) {
    const wrong = () => specOf(kind, given);
    expect(wrong).toThrow(MeshproofError);
    expect(wrong).toThrow(says);
  }
});

test('options are typed as people type them, each once, with what is optional in brackets', () => {
  expect(usageOf('link-partition')).toBe('--from … --to … [--plane …] [--both-ways] [--by …]');
  const flags = faultOptions().map(({ flag }) => flag);
  expect(new Set(flags).size).toBe(flags.length);
});

test('a zone outage takes the nodes of that zone and no other; a zone that is not there is named with those that are', () => {
  const zone = (name: string) =>
    planFault({ kind: 'zone-outage', cluster: 'east', zone: name }, lab, { run: 'run-1', lastsMs: 1000 });
  expect(zone('b').targets.map(({ node }) => node)).toEqual(['east-worker2']);
  expect(() => zone('c')).toThrow(/no zone c/);
});

test('what cannot be had here is said to be not applicable, and why', () => {
  for (const [kind, reason] of Object.entries(NOT_APPLICABLE)) {
    expect(() => specOf(kind, {})).toThrow(reason);
    expect(FAULT_KINDS).not.toContain(kind);
  }
});
