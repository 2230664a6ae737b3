import { expect, test } from '@playwright/test';
import { type InstalledMesh, parseVersion, skewFindings } from './support-policy.ts';

const mesh = (changes: Partial<InstalledMesh> = {}): InstalledMesh => ({
  cluster: 'east',
  kubernetes: 'v1.34.1',
  controlPlanes: ['1.30.2'],
  proxies: [{ id: 'cart.shop', version: '1.30.2' }],
  ...changes,
});
const said = (installed: InstalledMesh[], controlPlane: string, proxy?: string) =>
  skewFindings(installed, { controlPlane, ...(proxy === undefined ? {} : { proxy }) }).map(
    ({ weight, words }) => `${weight}: ${words}`,
  );

test('one minor version on, or a later patch, says nothing', () => {
  expect(said([mesh(), mesh({ cluster: 'west' })], '1.31.0')).toEqual([]);
  expect(said([mesh()], '1.30.3')).toEqual([]);
  // A build between two releases has no patch to compare.
  expect(said([mesh()], '1.30-20260827124520-eed52ebb66ad')).toEqual([]);
});

test('a step over a version is against it, with the version to go by', () => {
  expect(said([mesh({ controlPlanes: ['1.29.0'], proxies: [] })], '1.31.0')).toEqual([
    'against: east: istiod 1.29.0 to 1.31.0 skips minor versions, and Istio supports one at a time in place: go by 1.30 first',
  ]);
});

test('a way back of one version is a note, of more it is against it', () => {
  const back = mesh({ controlPlanes: ['1.31.1'], proxies: [] });
  expect(said([back], '1.30.1')).toEqual([
    expect.stringMatching(/^note: east: istiod 1.31.1 to 1.30.1 is a dow/),
  ]);
  expect(said([back], '1.31.0')).toEqual([expect.stringMatching(/^note: .* is a downgrade/)]);
  expect(said([back], '1.29.1')).toEqual([
    expect.stringMatching(/^against: east: istiod 1.31.1 to 1.29.1 goes/),
  ]);
});

test('proxies ahead of the candidate, or two versions behind it, are named', () => {
  const four = ['a', 'b', 'c', 'd'].map((id) => ({ id, version: '1.29.1' }));
  expect(said([mesh({ proxies: four })], '1.31.0')).toEqual([
    'against: east: the proxies a (1.29.1), b (1.29.1), c (1.29.1) and 1 more would be more than one minor version behind istiod 1.31.0, which Istio does not support: restart their pods first',
  ]);
  expect(said([mesh({ proxies: [{ id: 'a', version: '1.31.0' }] })], '1.30.3')).toEqual([
    expect.stringMatching(
      /^against: east: the proxy a \(1.31.0\) would be ahead of istiod 1.30.3, which Istio never/,
    ),
  ]);
});

test("the candidate's own proxies are held against its istiod", () => {
  expect(said([mesh()], '1.31.0', '1.32.0')).toEqual([
    expect.stringMatching(/^against: .* are ahead of its/),
  ]);
  expect(said([mesh()], '1.31.0', '1.29.0')).toEqual([
    expect.stringMatching(/^against: .* more than one minor/),
  ]);
  expect(said([mesh()], '1.31.0', '1.30.0')).toEqual([]);
});

test('a Kubernetes that is too old is against it, one that is too new or unknown is said', () => {
  expect(said([mesh({ kubernetes: 'v1.31.9' })], '1.31.0')).toEqual([
    'against: east: Kubernetes v1.31.9 is too old, Istio 1.31 supports 1.32 to 1.36: upgrade it first',
  ]);
  expect(said([mesh({ kubernetes: 'v1.37.0' })], '1.31.0')).toEqual([
    expect.stringMatching(/^unsettled: .*newer than what was tested/),
  ]);
  expect(said([mesh({ controlPlanes: ['1.41.0'], proxies: [] })], '1.42.0')).toEqual([
    expect.stringMatching(/^note: .*not in Meshproof's table/),
  ]);
});

test('control planes that are two versions apart are said before any candidate', () => {
  const west = mesh({ cluster: 'west', controlPlanes: ['1.28.4'], proxies: [], kubernetes: 'v1.34.0' });
  const east = mesh({ proxies: [] });
  expect(said([east, west], '1.29.4')).toContain(
    'unsettled: the control planes of west (1.28.4) and east (1.30.2) are more than one minor version apart: bring the older one up first',
  );
});

test('what names no release is said, and never taken for one', () => {
  expect(said([mesh()], 'latest')).toEqual([
    'unsettled: istiod latest names no release, so no skew was checked',
  ]);
  expect(said([mesh({ controlPlanes: ['main'] })], '1.31.0')).toEqual([
    'unsettled: east: istiod main names no release, so its step was not checked',
  ]);
  expect(parseVersion('1.31-20260827124520-eed52ebb66ad')).toEqual({ major: 1, minor: 31 });
});
