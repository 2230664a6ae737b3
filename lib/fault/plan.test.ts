import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
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
  expect(plan.sources).toEqual(lab.clusters[1]?.nodes.map(({ address }) => address));
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
