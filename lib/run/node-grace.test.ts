import { expect, test } from '@playwright/test';
import { nodeGraceOf } from './node-grace.ts';

const IMAGE = 'registry.k8s.io/kube-controller-manager:v1.36.3';

test('a flag says when a node is given up; without one it is what that version does', () => {
  const given = ['kube-controller-manager', '--node-monitor-grace-period=20s', '--node-monitor-period=2s'];
  expect(nodeGraceOf(given, IMAGE)).toEqual({ graceMs: 20_000, periodMs: 2000 });
  expect(nodeGraceOf(['kube-controller-manager'], IMAGE)).toEqual({ graceMs: 50_000, periodMs: 5000 });
  expect(nodeGraceOf([], IMAGE.replace('1.36', '1.31')).graceMs).toBe(40_000);
});
