import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { CATALOGUE, type Parameters, specOf } from './catalogue.ts';
import { mechanismOf } from './mechanisms.ts';
import { planFault } from './plan.ts';

const lab = fakeLab();
const GIVEN: Required<Parameters> = {
  cluster: 'east',
  node: 'east-worker',
  zone: 'b',
  program: 'coredns',
  from: 'west',
  to: 'east',
};

for (const { kind, takes } of CATALOGUE) {
  const given = Object.fromEntries(takes.map((name) => [name, GIVEN[name]]));

  test(`${kind} is planned from what it takes, onto targets that a mechanism reaches`, () => {
    const plan = planFault(specOf(kind, given), lab, { run: 'run-1', lastsMs: 60_000 });
    expect(plan.spec.kind).toBe(kind);
    expect(plan.targets.length).toBeGreaterThan(0);
    expect(plan.blastRadius).not.toBe('');
    expect(mechanismOf(plan)).toBeDefined();
  });

  test(`${kind} says what is missing, and what does not belong to it`, () => {
    expect(() => specOf(kind, {})).toThrow(`--${takes[0]} is missing`);
    const surplus = takes.includes('from') ? { node: 'x' } : { from: 'west' };
    expect(() => specOf(kind, { ...given, ...surplus })).toThrow('does not belong to it');
  });
}

test('what is not in the catalogue is a usage error that lists what is', () => {
  const wrong = [
    () => specOf('node-melt', {}),
    () => specOf('process-freeze', { cluster: 'east', program: 'vim' }),
  ];
  for (const one of wrong) expect(one).toThrow(MeshproofError);
  expect(wrong[0]).toThrow('no fault node-melt');
  expect(wrong[1]).toThrow('no program vim');
});

test('a zone outage takes the nodes of that zone and no other; a zone that is not there is named with those that are', () => {
  const zone = (name: string) =>
    planFault({ kind: 'zone-outage', cluster: 'east', zone: name }, lab, { run: 'run-1', lastsMs: 1000 });
  expect(zone('b').targets.map(({ node }) => node)).toEqual(['east-worker2']);
  expect(() => zone('c')).toThrow(/no zone c/);
});
