import { expect, test } from '@playwright/test';
import type { PlannedTest } from '../model/run.ts';
import { previewGate, type GatePreview } from './preview.ts';

const environment = { name: 'kind-istio', clusters: [{ name: 'east' }, { name: 'west' }] as never };
function planned(suite: string, phase: PlannedTest['phase']): PlannedTest {
  const [capability = ''] = suite.split('/');
  const id = `${suite}: holds`;
  return { id, capability, title: 'holds', file: '/x.spec.ts', phase, profile: 'core', needs: [] };
}

const plan: GatePreview = {
  from: { kind: 'current' },
  to: { kind: 'envoy', version: '1.40.0' },
  tests: [planned('dns/resolver-restart', 'exclusive'), planned('failover/node-kill', 'disruptive')],
  skip: [],
  rounds: { identical: 12, most: 20 },
  comparison: 'side-by-side',
  canary: { what: 'a control plane marked so' },
  values: () => {
    throw new Error('no values are named');
  },
};

test('a gate says what it would do, in its order', () => {
  expect(previewGate(environment, plan)).toEqual([
    'in kind-istio: from current to envoy:1.40.0',
    'look at versions, resource definitions and fields in use',
    'hold current to its promises: 2 tests, 1 of them with a fault',
    'add a second control plane with envoy:1.40.0 to every cluster, compare 12 rounds of identical sides and at most 20 of both, and remove it; where envoy:1.40.0 cannot be a second one, compare before and after the upgrade and after the way back',
    'upgrade, while 30 paths are called without a break:',
    '  data plane of east',
    '  data plane of west',
    'hold envoy:1.40.0 to the same promises',
    'go back, while 30 paths are called without a break:',
    '  data plane of west',
    '  data plane of east',
    'give the mesh back as it was installed, and decide',
    'change (dns/resolver-restart): restart the cluster DNS (CoreDNS) of east, west, one pod after another',
    'change (canary): add to east, west a control plane marked so; it serves meshproof-side-to alone, and goes with it',
  ]);
});

test('values change control planes as well, and what is left out is not there', () => {
  const to = { kind: 'values', file: 'canary.yaml' } as const;
  const values = (file: string) => ({ file, document: { pilot: {} } });
  const words = previewGate(environment, { ...plan, to, values, skip: ['comparison', 'traffic'] });
  expect(words).toContain('upgrade:');
  expect(words).toContain('  control plane of east');
  expect(words.join('\n')).not.toMatch(/rounds|go back/);
});

test('a comparison before and after takes the upgrade and the way back, also where nothing else does', () => {
  const skip = ['preflight', 'conformance', 'traffic'] as const;
  expect(previewGate(environment, { ...plan, comparison: 'before-after', skip })).toEqual([
    'in kind-istio: from current to envoy:1.40.0',
    'measure at most 20 rounds of current alone: the A/A is made of its halves',
    'upgrade:',
    '  data plane of east',
    '  data plane of west',
    'measure at most 20 rounds of envoy:1.40.0 alone',
    'go back:',
    '  data plane of west',
    '  data plane of east',
    'measure at most 20 rounds of current alone: drift of the machine shows',
    'give the mesh back as it was installed, and decide',
  ]);
});

test('a mesh that has no second control plane is compared before and after', () => {
  const words = previewGate(environment, { ...plan, canary: undefined }).join('\n');
  expect(words).toContain('measure at most 20 rounds of envoy:1.40.0 alone');
  expect(words).not.toMatch(/second control plane|canary/);
});
