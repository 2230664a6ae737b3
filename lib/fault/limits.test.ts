import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { FaultLimits, FaultSpec } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import { guardLimits, overLimits } from './limits.ts';
import { planFault } from './plan.ts';

function limited(limits: Partial<FaultLimits>): Lab {
  const lab = fakeLab();
  const faults = { deny: [], nodes: 1, zones: 1, clusters: 1, ...limits };
  return { ...lab, environment: { ...lab.environment, faults } };
}

const plan = (spec: FaultSpec) => planFault(spec, fakeLab(), { run: 'run-1', lastsMs: 60_000 });
const kill = (node: string, cluster = 'east') => plan({ kind: 'node-kill', cluster, node });

test('where nothing is said, everything may be broken', () => {
  expect(overLimits(plan({ kind: 'cluster-outage', cluster: 'east' }), limited({}))).toEqual([]);
});

test('what is denied is refused, whatever it is pointed at', () => {
  const lab = limited({ deny: ['api-outage'] });
  expect(() => guardLimits(plan({ kind: 'api-outage', cluster: 'east' }), lab)).toThrow(/denied here/);
  expect(overLimits(kill('east-worker'), lab)).toEqual([]);
});

test('nodes are counted in each cluster, those of faults that hold too, and each once', () => {
  const lab = limited({ nodes: 0.34 });
  expect(overLimits(kill('east-worker'), lab)).toEqual([]);
  expect(overLimits(kill('east-worker'), lab, [kill('west-worker', 'west'), kill('east-worker')])).toEqual(
    [],
  );
  expect(overLimits(kill('east-worker'), lab, [kill('east-worker2')])).toEqual([
    '2 of 3 nodes of east would be touched, 1 may be (faults.nodes: 0.34)',
  ]);
});

test('rules that live in all nodes of a cluster harm no node, and touch one cluster', () => {
  const link = plan({ kind: 'link-partition', from: 'west', to: 'east' });
  expect(overLimits(link, limited({ nodes: 0, zones: 0, clusters: 0.5 }))).toEqual([]);
  const both = plan({ kind: 'link-partition', from: 'west', to: 'east', bothWays: true });
  expect(overLimits(both, limited({ clusters: 0.5 }))).toEqual([
    '2 of 2 clusters would be touched, 1 may be (faults.clusters: 0.5)',
  ]);
});

test('zones are counted by the nodes that are harmed in them', () => {
  const lab = limited({ zones: 0.25 });
  const [a, b] = [...new Set(lab.clusters[0]?.nodes.map(({ zone }) => zone))];
  expect(overLimits(plan({ kind: 'zone-outage', cluster: 'east', zone: a ?? '' }), lab)).toEqual([]);
  const other = plan({ kind: 'zone-outage', cluster: 'east', zone: b ?? '' });
  expect(overLimits(plan({ kind: 'zone-outage', cluster: 'east', zone: a ?? '' }), lab, [other])).toEqual([
    '2 of 4 zones would be touched, 1 may be (faults.zones: 0.25)',
  ]);
});
