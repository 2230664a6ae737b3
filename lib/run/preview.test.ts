import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { PlannedTest } from '../model/run.ts';
import { previewVerify } from './preview.ts';

const lab = fakeLab();

function planned(capability: string, phase: PlannedTest['phase']): PlannedTest {
  const id = `${capability}/x: holds`;
  return { id, capability, title: 'holds', file: '/x.spec.ts', phase, profile: 'core', needs: [] };
}
const dns = planned('dns', 'conformance');
const failover = planned('failover', 'disruptive');
const durations = { [dns.id]: 4, [failover.id]: 50.5 };

test('the plan names clusters, namespaces, and each fault with mechanism, blast radius and deadline', () => {
  const text = previewVerify(lab.environment, lab, { tests: [dns, failover], durations }).join('\n');
  expect(text).toContain('use the environment fake, which is up');
  expect(text).toContain('run 1 tests side by side (dns 1); 4 s in sum');
  expect(text).toContain('run 1 tests alone, under faults (failover 1); 50.5 s in sum');
  expect(text).toContain('node-kill (docker)');
  expect(text).toContain('link-partition (nftables): every packet from west (3 nodes) to east (3 nodes)');
  expect(text).toContain('east-worker2');
  expect(text).toContain('reverted at 80 s at the latest');
});

test('without failover there is no fault, and an environment that is not up would be made', () => {
  const text = previewVerify(lab.environment, undefined, { tests: [dns], durations }).join('\n');
  expect(text).not.toContain('fault');
  expect(text).toContain(
    'make the environment fake: east, west (6 nodes, provider kind, mesh istio), and remove it',
  );
});
