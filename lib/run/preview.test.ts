import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { previewVerify } from './preview.ts';

const lab = fakeLab();

test('the plan names clusters, namespaces, and each fault with mechanism, blast radius and deadline', () => {
  const text = previewVerify(lab.environment, lab, []).join('\n');
  expect(text).toContain('use the environment fake, which is up');
  expect(text).toContain('node-kill (docker)');
  expect(text).toContain('link-partition (nftables): every packet from west (3 nodes) to east (3 nodes)');
  expect(text).toContain('east-worker2');
  expect(text).toContain('reverted at 80 s at the latest');
});

test('without failover there is no fault, and an environment that is not up would be made', () => {
  const text = previewVerify(lab.environment, undefined, ['dns']).join('\n');
  expect(text).not.toContain('fault');
  expect(text).toContain(
    'make the environment fake: east, west (6 nodes, provider kind, mesh istio), and remove it',
  );
});
