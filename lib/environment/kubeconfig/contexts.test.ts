import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { stringify } from 'yaml';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import type { KubeconfigSettings } from '../../model/environment.ts';
import type { DenyList } from '../../support/deny.ts';
import { takeContexts } from './contexts.ts';

const { environment } = fakeLab();
const none: DenyList = { contexts: [], accounts: [], regions: [] };
const servers = {
  'a-east': 'https://127.0.0.1:1',
  'a-west': 'https://127.0.0.1:2',
  prod: 'https://127.0.0.1:9',
};

function take(
  info: { outputPath(name: string): string },
  contexts: Record<string, string>,
  options: { deny?: DenyList; servers?: Record<string, string> } = {},
) {
  const file = info.outputPath('config');
  const all = Object.entries({ ...servers, ...options.servers });
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    clusters: all.map(([name, server]) => ({ name, cluster: { server } })),
    users: all.map(([name]) => ({ name, user: { token: `token-of-${name}` } })),
    contexts: all.map(([name]) => ({ name, context: { cluster: name, user: name } })),
  });
  writeFileSync(file, text);
  const images = { runtime: 'node', k6: 'k6' };
  const settings: KubeconfigSettings = { kind: 'kubeconfig', file, contexts, images };
  const stateDir = info.outputPath('state');
  const files = takeContexts(environment, settings, { stateDir, deny: options.deny ?? none });
  expect(readFileSync(file, 'utf8')).toBe(text);
  return files;
}

const both = { east: 'a-east', west: 'a-west' };

test('each cluster has a file of its own, with its context only, that nobody else can read', ({}, info) => {
  const files = take(info, both);
  const east = readFileSync(files['east'] ?? '', 'utf8');
  expect(east).toContain('token-of-a-east');
  expect(east).toContain(`meshproof-${environment.name}-east`);
  expect(east).not.toMatch(/token-of-(a-west|prod)/);
  expect(statSync(files['east'] ?? '').mode % 0o1000).toBe(0o600);
});

test('a context that is not there is refused, with those that are; nothing is written', ({}, info) => {
  expect(() => take(info, { ...both, west: 'a-wset' })).toThrow(/no context a-wset for the cluster west/);
  expect(existsSync(info.outputPath('state'))).toBe(false);
});

test('one cluster under two names is refused', ({}, info) => {
  const twice = { servers: { 'a-west': 'https://127.0.0.1:1' } };
  expect(() => take(info, both, twice)).toThrow('east and west are the same cluster');
});

test('a denied context, or region of the environment, is refused', ({}, info) => {
  expect(() => take(info, both, { deny: { ...none, contexts: ['a-w*'] } })).toThrow('deny list');
  expect(() =>
    take(info, both, { deny: { ...none, regions: [environment.clusters[0]?.region ?? ''] } }),
  ).toThrow('region ');
});
