import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { exitCodeOf, MeshproofError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { loadEnvironment, parseEnvironment } from './load.ts';

const file = join(projectRoot, 'environments/kind-istio.yaml');
const good = readFileSync(file, 'utf8');

function refusal(text: string): MeshproofError {
  try {
    parseEnvironment(text, 'bad.yaml');
  } catch (error) {
    if (error instanceof MeshproofError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** Line of a text in the default environment, 1-based. */
function lineOf(text: string): number {
  return good.split('\n').findIndex((line) => line.includes(text)) + 1;
}

test('the default environment has two clusters, its durations in milliseconds', () => {
  const environment = loadEnvironment(file);
  expect(environment.clusters.map(({ name }) => name)).toEqual(['east', 'west']);
  expect(environment.clusters.map(({ nodes }) => nodes.length)).toEqual([3, 3]);
  expect(environment.mesh.resilience.tryTimeoutMs).toBe(1000);
  expect(environment.budgets.latency.inCluster.errorRatio).toBe(0.001);
});

test('an unknown key is refused with its line and the keys that are allowed', () => {
  const error = refusal(good.replace('tryTimeout:', 'tryTimeot:'));
  expect(error.message).toBe('mesh.istio.resilience.tryTimeot: unknown key');
  expect(error.at).toEqual({ file: 'bad.yaml', line: lineOf('tryTimeout:') });
  expect(error.nextStep).toContain('tryTimeout');
  expect(exitCodeOf(error)).toBe(64);
});

test('budgets of paths are read in milliseconds, and what could never be measured is refused with its line', () => {
  const { paths } = loadEnvironment(file).budgets.latency;
  expect(paths.find((one) => one.path === 'same-node' && one.protocol === 'http')).toMatchObject({
    limits: { p50Ms: 20, maxMs: 2000, errorRatio: 0.001, perSecond: 99, connectMs: 100 },
    relative: { to: 'no-mesh', p50: 5, slackMs: 3 },
  });
  const line = lineOf('to: same-cluster');
  const noWay = refusal(good.replace('to: same-cluster', 'to: no-mesh'));
  expect(noWay.message).toContain('cross-region has no baseline no-mesh');
  expect(noWay.at?.line).toBe(line);
  expect(refusal(good.replace('to: no-mesh', 'to: same-cluster')).message).toContain(
    'no baseline same-cluster',
  );
  const noTls = refusal(good.replace('websocket: {', 'websocket: { tlsHandshake: 1s,'));
  expect(noTls.message).toContain('callers of websocket have no TLS of their own');
  expect(refusal(good.replace('http2: {', 'http3: {')).message).toContain('http3');
  const nothing = 'relative: { to: no-mesh }';
  expect(refusal(good.replace(/relative: \{ to: no-mesh[^}]*\}/, nothing)).message).toContain(
    'at least one multiple',
  );
});

test('overlapping ranges are refused, naming both', () => {
  const error = refusal(good.replace('podCidr: 10.20.0.0/16', 'podCidr: 10.10.128.0/17'));
  expect(error.message).toBe(
    'clusters.west.podCidr: 10.10.128.0/17 overlaps 10.10.0.0/16 of clusters.east.podCidr',
  );
  expect(error.at?.line).toBe(lineOf('podCidr: 10.20.0.0/16'));
});

test('a missing budget is refused', () => {
  const error = refusal(good.replace(/  propagation:.*\n/, ''));
  expect(error.message).toBe('budgets.propagation: is missing');
  expect(error.at?.line).toBe(lineOf('budgets:'));
});

test('a cluster without exactly one control plane is refused', () => {
  const error = refusal(
    good.replace('{ role: control-plane, zone: us-east-a }', '{ role: worker, zone: us-east-a }'),
  );
  expect(error.message).toContain('0 nodes with role control-plane');
});

test('a duration without a unit is refused with an example', () => {
  const error = refusal(good.replace('tryTimeout: 1s', 'tryTimeout: "500"'));
  expect(error.message).toContain('250ms');
});

test('text that is no YAML is refused with its line', () => {
  const error = refusal('name: [unclosed\nprovider: {}\n');
  expect(error.message).toContain('not valid YAML');
  expect(error.at?.line).toBeGreaterThan(0);
});

test('a file that is not there is refused with a remedy', () => {
  expect(() => loadEnvironment('/nonexistent.yaml')).toThrow(/cannot read the environment file/);
});

/** The default environment over clusters that exist. */
const adopted = good
  .replace(/  kind:\n    images:.*\n/, '  kubeconfig: { contexts: { east: e, west: w } }\n')
  .replaceAll(/    nodes:\n(?:      - .*\n)+/g, '');

test('clusters that exist have contexts, no nodes, and the public images unless others are named', () => {
  const { provider, clusters } = parseEnvironment(adopted, 'a.yaml');
  expect(provider).toMatchObject({ kind: 'kubeconfig', contexts: { east: 'e', west: 'w' } });
  expect(provider.images).toMatchObject({ runtime: expect.stringContaining('node:') });
  expect(clusters.map(({ nodes }) => nodes)).toEqual([[], []]);
});

for (const [what, text, says] of [
  ['a cluster without a context', adopted.replace(', west: w', ''), 'contexts.west: is missing'],
  [
    'nodes of a cluster that exists',
    good.replace(/  kind:\n    images:.*\n/, '  kubeconfig: { contexts: { east: e, west: w } }\n'),
    'are read from it',
  ],
  [
    'two providers',
    adopted.replace('provider:\n', 'provider:\n  kind: { images: auto }\n'),
    'name one provider',
  ],
  ['no provider', good.replace(/  kind:\n    images:.*\n/, '  {}\n'), 'name one provider'],
  ['a cluster of kind without nodes', good.replace(/    nodes:\n(?:      - .*\n)+/, ''), '0 nodes with role'],
] as const) {
  test(`${what} is refused`, () => {
    const error = refusal(text);
    expect(error.message).toContain(says);
    expect(error.at?.line).toBeGreaterThan(0);
  });
}

test('every environment that is shipped is accepted', () => {
  const folder = join(projectRoot, 'environments');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(2);
  for (const name of files) expect(loadEnvironment(join(folder, name)).name).toBe(name.slice(0, -5));
});
