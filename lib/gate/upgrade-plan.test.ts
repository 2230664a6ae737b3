import { expect, test } from '@playwright/test';
import type { MeshSettings } from '../model/upgrade.ts';
import { planUpgrade, stepWords } from './upgrade-plan.ts';

const CLUSTERS = ['east', 'west'];
const VALUES = { file: 'next.yaml', document: { pilot: { env: { A: '1' } } } };
const IMAGE = 'mesh/proxy:2';

const plan = (from: MeshSettings, to: MeshSettings) => {
  const { upgrade, rollback } = planUpgrade(CLUSTERS, { from, to });
  return { upgrade, rollback, words: [upgrade, rollback].map((steps) => steps.map(stepWords)) };
};

test('another proxy image leaves the control plane alone, and comes back in the opposite order of clusters', () => {
  const { upgrade, rollback, words } = plan({}, { proxyImage: IMAGE });
  expect(words).toEqual([
    ['data plane of east', 'data plane of west'],
    ['data plane of west', 'data plane of east'],
  ]);
  expect(upgrade.map(({ settings }) => settings)).toEqual([{ proxyImage: IMAGE }, { proxyImage: IMAGE }]);
  expect(rollback.map(({ settings }) => settings)).toEqual([{}, {}]);
});

test('other values: a cluster is done before the next one begins, control plane first both times', () => {
  const { words } = plan({}, { values: VALUES });
  expect(words).toEqual([
    ['control plane of east', 'data plane of east', 'control plane of west', 'data plane of west'],
    ['control plane of west', 'data plane of west', 'control plane of east', 'data plane of east'],
  ]);
});

test('a step of the control plane keeps the proxies of the other side', () => {
  const { upgrade, rollback } = plan({ proxyImage: 'mesh/proxy:1' }, { values: VALUES, proxyImage: IMAGE });
  expect(upgrade[0]).toEqual({
    cluster: 'east',
    plane: 'control',
    to: 'to',
    settings: { values: VALUES, proxyImage: 'mesh/proxy:1' },
  });
  expect(rollback[0]?.settings).toEqual({ proxyImage: IMAGE });
  expect(rollback.at(-1)?.settings).toEqual({ proxyImage: 'mesh/proxy:1' });
});

test('an identical candidate has its proxies renewed all the same', () => {
  expect(plan({}, {}).words).toEqual([
    ['data plane of east', 'data plane of west'],
    ['data plane of west', 'data plane of east'],
  ]);
});

test('values that differ in a detail differ, and the same ones do not', () => {
  const other = { file: 'next.yaml', document: { pilot: { env: { A: '2' } } } };
  expect(plan({ values: VALUES }, { values: other }).upgrade).toHaveLength(4);
  expect(plan({ values: VALUES }, { values: { ...VALUES } }).upgrade).toHaveLength(2);
});

test('another release has a step of the control plane, after which proxies are still to come', () => {
  const release = { version: '1.32.0', hub: 'hub', tag: '1.32.0-ab', installer: '/istioctl' };
  const { upgrade, rollback } = plan({}, { release });
  expect(upgrade.map(({ plane, settings }) => [plane, settings])).toEqual([
    ['control', { release }],
    ['data', { release }],
    ['control', { release }],
    ['data', { release }],
  ]);
  expect(rollback.map(({ settings }) => settings)).toEqual([{}, {}, {}, {}]);
});
