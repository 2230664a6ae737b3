import { expect, test } from '@playwright/test';
import { answeringClusters, isClusterLocal } from './answering.ts';

const rules = (clusterLocal: string[], answeredBy: 'all-clusters' | 'own-cluster' = 'all-clusters') => ({
  mesh: { clusterLocal },
  expect: { answeredBy },
});
const HOST = 'till.meshproof-local.svc.cluster.local';
const asked = { host: `${HOST}.`, from: 'east', endpointsIn: ['east', 'west'] };

test('a name is cluster-local by itself or with all names of its namespace', () => {
  expect(isClusterLocal(rules([]), HOST)).toBe(false);
  expect(isClusterLocal(rules([HOST]), `${HOST}.`)).toBe(true);
  expect(isClusterLocal(rules(['*.meshproof-local.svc.cluster.local']), HOST)).toBe(true);
  expect(isClusterLocal(rules(['*.local.svc.cluster.local']), HOST)).toBe(false);
  expect(isClusterLocal(rules(['meshproof-local.svc.cluster.local']), HOST)).toBe(false);
});

test('all clusters with pods answer, unless the environment says otherwise', () => {
  expect(answeringClusters(rules([]), asked)).toEqual(['east', 'west']);
  expect(answeringClusters(rules([HOST]), asked)).toEqual(['east']);
  expect(answeringClusters(rules([], 'own-cluster'), asked)).toEqual(['east']);
});

test('a cluster without pods is answered by the others, or by nobody when the service is cluster-local', () => {
  const elsewhere = { ...asked, from: 'north' };
  expect(answeringClusters(rules([], 'own-cluster'), elsewhere)).toEqual(['east', 'west']);
  expect(answeringClusters(rules([HOST]), elsewhere)).toEqual([]);
});
