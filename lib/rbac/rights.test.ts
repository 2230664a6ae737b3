import { expect, test } from '@playwright/test';
import { compareRights } from './cover.ts';
import { rbacManifests } from './manifests.ts';
import { merged, rightsFor } from './rights.ts';

const words = (rights: ReturnType<typeof rightsFor>) =>
  rights.flatMap(({ resources, verbs, namespace }) =>
    verbs.map((verb) => `${verb} ${resources.join()} ${namespace ?? '*'}`),
  );

test('without faults no way into the nodes is opened', () => {
  expect(words(rightsFor('gameday', [])).join()).not.toMatch(/pods\/exec|jobs/);
  expect(words(rightsFor('gameday', ['link-partition']))).toContain('create pods/exec meshproof-system');
});

test('a fault alone makes no workloads, and nothing reads a secret or deletes a node', () => {
  const fault = words(rightsFor('fault', ['dns-loss'])).join();
  expect(fault).not.toMatch(/deployments \*|create namespaces/);
  expect(`${fault},${words(rightsFor('gameday', ['dns-loss'])).join()}`).not.toMatch(/secrets|delete nodes/);
});

test('rights to the same things are joined, and one that holds everywhere is not said again', () => {
  const pods = { group: '', resources: ['pods'] };
  expect(
    merged([
      { ...pods, verbs: ['list'], namespace: 'a' },
      { ...pods, verbs: ['get'], namespace: 'a' },
      { ...pods, verbs: ['list'] },
      { ...pods, verbs: ['list'] },
    ]),
  ).toEqual([
    { ...pods, verbs: ['get'], namespace: 'a' },
    { ...pods, verbs: ['list'] },
  ]);
});

test('a request beyond the rights, and a right that nobody used, are both told', () => {
  const rights = [
    { group: '', resources: ['pods'], verbs: ['list', 'delete'], namespace: 'a' },
    { group: '', resources: ['namespaces'], verbs: ['patch', 'create'], names: ['a'] },
  ];
  const request = { group: '', resource: 'pods', verb: 'list' };
  expect(
    compareRights(rights, [
      { ...request, namespace: 'a' },
      { ...request, namespace: 'b' },
      { group: 'apps', resource: 'pods', verb: 'list', namespace: 'a' },
      { group: '', resource: 'namespaces', verb: 'patch', name: 'a' },
      { group: '', resource: 'namespaces', verb: 'patch', name: 'b' },
    ]),
  ).toEqual({
    forbidden: [
      'list pods (b)',
      'list pods (a)',
      'patch namespaces (no namespace)',
      'create namespaces (no namespace)',
    ],
    unused: ['delete pods (a)'],
  });
});

test('rights of a namespace are a Role there, the others a ClusterRole, and the cluster opts in only when asked', () => {
  const objects = rbacManifests(rightsFor('fault', ['link-partition']), { account: 'm', optIn: false });
  const roles = objects.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata?.namespace);
  expect(new Set(roles)).toEqual(new Set(['istio-system', 'meshproof-system']));
  expect(JSON.stringify(objects)).not.toContain('allow-disruption');
  const cluster = JSON.stringify(objects.find(({ kind }) => kind === 'ClusterRole'));
  expect(cluster).not.toContain('pods/exec');
});
