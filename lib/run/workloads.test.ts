import { expect, test } from '@playwright/test';
import type { KubernetesObject } from '@kubernetes/client-node';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { telemetry } from '../mesh/istio/telemetry.ts';
import {
  localService,
  MESH_CALLER,
  OUTSIDE_CALLER,
  SHARED_SERVICE,
  withRunLabels,
  workloadObjects,
  workloads,
} from './workloads.ts';

const [east] = fakeLab().clusters;
if (!east) throw new Error('the fake lab has no cluster');
const options = { cluster: east, image: 'runtime' };
const kindsOf = (name: string) => {
  const workload = workloads(['east', 'west']).find((one) => one.name === name);
  return workload ? workloadObjects(workload, options).map(({ kind }) => kind) : [];
};

test('a name resolves everywhere, a copy runs only where it lives', () => {
  expect(kindsOf(SHARED_SERVICE)).toEqual(['Service', 'ServiceAccount', 'Deployment']);
  expect(kindsOf(localService('east'))).toEqual(['Service', 'ServiceAccount', 'Deployment']);
  expect(kindsOf(localService('west'))).toEqual(['Service']);
});

test('the proxies of callers, and only theirs, are told to count what they try again', () => {
  const driver = { telemetry: { ...telemetry, callers: { annotations: { counts: 'retries' } } } };
  const annotated = workloads(['east', 'west']).filter((workload) =>
    JSON.stringify(workloadObjects(workload, { ...options, driver })).includes('"counts":"retries"'),
  );
  expect(annotated.map(({ name }) => name)).toEqual([MESH_CALLER]);
});

test('everything is marked with its run, its environment and when it is surely left over', () => {
  const own = { run: 'run-1', environment: 'kind-istio' };
  const service: KubernetesObject = { kind: 'Service', metadata: { name: 'x', labels: { app: 'x' } } };
  const [marked] = withRunLabels([service], own);
  expect(marked?.metadata?.labels).toMatchObject({
    app: 'x',
    'meshproof.dev/run': 'run-1',
    'meshproof.dev/environment': 'kind-istio',
  });
  // A label's value: letters, digits, - _ and . only.
  expect(marked?.metadata?.labels?.['meshproof.dev/expires']).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/);
});

test('callers, and only they, come before what they call on a busy node', () => {
  const first = workloads(['east', 'west']).filter((workload) =>
    JSON.stringify(workloadObjects(workload, options)).includes('"cpu":"250m"'),
  );
  expect(first.map(({ name }) => name)).toEqual([MESH_CALLER, OUTSIDE_CALLER]);
});
