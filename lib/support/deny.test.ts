import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { exitCodeOf, MeshproofError } from './errors.ts';
import { type DenyList, placesIn, readDenyList, refuseDenied } from './deny.ts';

const eks = 'arn:aws:eks:eu-central-1:123456789012:cluster/shop';
const identity = { context: eks, ...placesIn([eks]) };
const none: DenyList = { contexts: [], accounts: [], regions: [] };
const lists: [Partial<DenyList>, string][] = [
  [{ contexts: ['arn:*/shop'] }, 'context'],
  [{ contexts: ['*shop'] }, 'context'],
  [{ accounts: ['123456789012'] }, 'account 123456789012'],
  [{ regions: ['eu-*'] }, 'region eu-central-1 matches eu-*'],
];

test('account and region are read from the ARN of a cluster, the region also from the host of its API server', () => {
  expect(placesIn([eks, 'https://ABC.gr7.eu-west-1.eks.amazonaws.com'])).toEqual({
    accounts: ['123456789012'],
    regions: ['eu-central-1', 'eu-west-1'],
  });
  expect(placesIn(['https://127.0.0.1:6443'])).toEqual({ accounts: [], regions: [] });
});

for (const [list, why] of lists) {
  test(`${JSON.stringify(list)} refuses it`, () => {
    expect(() => refuseDenied(identity, { ...none, ...list })).toThrow(why);
  });
}

test('what is not on the list is let pass', () => {
  const list = { contexts: ['*prod*', 'shop'], accounts: ['12345678901'], regions: ['eu-central'] };
  expect(() => refuseDenied(identity, list)).not.toThrow();
});

test('the list is read from the configuration folder; there need be none, and a mistyped one is refused with its line', ({}, info) => {
  const home = info.outputPath('config');
  expect(readDenyList({ XDG_CONFIG_HOME: home })).toEqual(none);
  mkdirSync(join(home, 'meshproof'), { recursive: true });
  writeFileSync(join(home, 'meshproof/deny.yaml'), 'contexts: [prod-*]\n');
  expect(readDenyList({ XDG_CONFIG_HOME: home })).toEqual({ ...none, contexts: ['prod-*'] });
  writeFileSync(join(home, 'meshproof/deny.yaml'), 'accounts: []\ncontext: [prod-*]\n');
  try {
    readDenyList({ XDG_CONFIG_HOME: home });
    throw new Error('it was taken');
  } catch (error) {
    expect(error).toBeInstanceOf(MeshproofError);
    expect(exitCodeOf(error)).toBe(64);
    expect((error as MeshproofError).at?.line).toBe(2);
  }
});
