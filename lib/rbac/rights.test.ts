import { expect, test } from '@playwright/test';
import { compareRights } from './cover.ts';
import { rbacManifests } from './manifests.ts';
import { loadScenario, shippedScenarios } from '../gameday/load.ts';
import { rightsForCanary } from './canary-rights.ts';
import { merged, type Right, rightsForCost, rightsForFault, rightsForGameday } from './rights.ts';

const words = (rights: readonly Right[]) =>
  rights.flatMap(({ resources, verbs, namespace }) =>
    verbs.map((verb) => `${verb} ${resources.join()} ${namespace ?? '*'}`),
  );

const flap = loadScenario('link-flap').scenario;

test('a rehearsal opens no way into the nodes', () => {
  expect(words(rightsForGameday(flap, { rehearse: true })).join()).not.toMatch(/pods\/exec|create jobs/);
  expect(words(rightsForGameday(flap, { rehearse: false }))).toContain('create pods/exec meshproof-system');
});

test('a fault alone makes no workloads, and nothing reads a secret or deletes a node', () => {
  const fault = words(rightsForFault()).join();
  expect(fault).not.toMatch(/deployments \*|create namespaces/);
  for (const name of shippedScenarios()) {
    const { scenario } = loadScenario(name);
    expect(words(rightsForGameday(scenario, { rehearse: false })).join()).not.toMatch(/secrets|delete nodes/);
  }
});

test('a scenario has rights for its probes, and not for those of others', () => {
  const all = (name: string) => words(rightsForGameday(loadScenario(name).scenario, { rehearse: false }));
  expect(all('link-flap')).not.toContain('delete services *');
  expect(all('control-plane-split-brain')).toContain('delete services *');
  expect(all('certificate-authority-loss')).toContain('get configmaps istio-system');
});

test('no shipped scenario takes a right that the one has not that is tried on clusters', () => {
  const rights = (name: string) => words(rightsForGameday(loadScenario(name).scenario, { rehearse: false }));
  const tried = rights('certificate-authority-loss');
  const isTried = (one: string) => tried.includes(one) || tried.includes(one.replace(/ \S+$/, ' *'));
  for (const name of shippedScenarios())
    expect(
      rights(name).filter((one) => !isTried(one)),
      name,
    ).toEqual([]);
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
  const objects = rbacManifests(rightsForFault(), { account: 'm', optIn: false });
  const roles = objects.filter(({ kind }) => kind === 'Role').map(({ metadata }) => metadata?.namespace);
  expect(new Set(roles)).toEqual(new Set(['istio-system', 'meshproof-system']));
  expect(JSON.stringify(objects)).not.toContain('allow-disruption');
  const cluster = JSON.stringify(objects.find(({ kind }) => kind === 'ClusterRole'));
  expect(cluster).not.toContain('pods/exec');
});

test('costs are measured without a way into the nodes, and make nothing that lasts', () => {
  const cost = words(rightsForCost());
  expect(cost.join()).not.toMatch(/pods\/exec|create jobs|secrets|clusterroles|(create|patch) \w*webhook/);
  expect(cost).toContain('get nodes/proxy *');
});

test('a canary may change no control plane but its own, and read no secret', () => {
  const rights = rightsForCanary();
  expect(words(rights).join()).not.toMatch(/secrets|pods\/exec|create jobs/);
  const installed = ['istiod', 'istio-sidecar-injector', 'istio', 'istio-validator-istio-system'];
  const request = (group: string, resource: string, name: string, namespace?: string) =>
    ['patch', 'delete'].map((verb) => ({
      group,
      resource,
      verb,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    }));
  const asked = installed.flatMap((name) => [
    ...request('admissionregistration.k8s.io', 'mutatingwebhookconfigurations', name),
    ...request('admissionregistration.k8s.io', 'validatingwebhookconfigurations', name),
    ...request('rbac.authorization.k8s.io', 'clusterroles', name),
    ...request('rbac.authorization.k8s.io', 'roles', name, 'istio-system'),
  ]);
  // All of them, each with the `create` that comes with a patch.
  expect(compareRights(rights, asked).forbidden).toHaveLength(4 * 3);
  const own = request('rbac.authorization.k8s.io', 'roles', 'istiod-meshproof-candidate', 'istio-system');
  expect(compareRights(rights, own).forbidden).toEqual([]);
});
