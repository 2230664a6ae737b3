import { expect, test } from '@playwright/test';
import { ApiException, type V1Pod } from '@kubernetes/client-node';
import { parse, stringify } from 'yaml';
import type { LoadArm } from '../model/load.ts';
import { istioDriver } from '../mesh/istio/driver.ts';
import type { Kube } from '../support/kube.ts';
import { K6_API_PORT, type K6Options, k6DeadlineSeconds, k6Job, k6Script, k6TestRun } from './job.ts';
import { podProgress, readScripts, runK6 } from './k6.ts';
import { sampleOutput } from './sample-output.ts';
import { testRunSchema } from './test-run-schema.ts';

const arm: LoadArm = { name: 'http', protocol: 'http', host: 'payments.shop', port: 8080 };
const options: K6Options = {
  namespace: 'load',
  image: 'k6.test/k6:1',
  plan: { arms: [arm], shape: { kind: 'constant', ratePerSecond: 100, seconds: 20 } },
  labels: { 'meshproof.dev/run': 'r1' },
  nodeSelector: { 'kubernetes.io/hostname': 'worker' },
  operator: {
    runnerAnnotations: istioDriver.bypass?.inbound([K6_API_PORT]) ?? {},
    starterLabels: istioDriver.bypass?.without ?? {},
  },
};

test('the Job runs once, ends by itself, and calls nobody but its target', async () => {
  const job = k6Job('k6-1', options);
  expect(job.spec).toMatchObject({
    backoffLimit: 0,
    activeDeadlineSeconds: k6DeadlineSeconds(options),
    ttlSecondsAfterFinished: 600,
  });
  const pod = job.spec?.template;
  expect(pod?.spec).toMatchObject({ restartPolicy: 'Never', nodeSelector: options.nodeSelector });
  expect(pod?.metadata?.labels).toMatchObject({ 'meshproof.dev/run': 'r1', 'meshproof.dev/load': 'k6-1' });
  const container = pod?.spec?.containers[0];
  expect(container?.env).toContainEqual({ name: 'K6_NO_USAGE_REPORT', value: 'true' });
  expect(container?.command).toContain('/scripts/load.ts');
  expect(parse(stringify(job))).toEqual(job);
  const scripts = await readScripts();
  const { data = {} } = k6Script('k6-1', scripts, options);
  expect(Object.keys(data)).toEqual(expect.arrayContaining(['load.ts', 'echo.proto', 'plan.json']));
  expect(JSON.parse(data['plan.json'] ?? '')).toMatchObject({ arms: [arm], points: 2000 });
  // Each script that another one imports is beside it.
  for (const [, from] of Object.values(scripts)
    .join('\n')
    .matchAll(/from '\.\/([\w.-]+)'/g))
    expect(Object.keys(scripts)).toContain(from);
});

test('the TestRun is one that the operator takes, and leaves it the door that it needs', () => {
  const run = k6TestRun('k6-1', options);
  expect(testRunSchema.parse(run)).toEqual(run);
  expect(() => testRunSchema.parse({ ...run, spec: { ...run.spec, paralelism: 2 } })).toThrow(/paralelism/);
  expect(run.spec).toMatchObject({
    parallelism: 2,
    script: { configMap: { name: 'k6-1', file: 'load.ts' } },
    runner: {
      nodeSelector: options.nodeSelector,
      metadata: { annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '6565' } },
    },
    starter: { metadata: { labels: { 'sidecar.istio.io/inject': 'false' } } },
  });
  const shape = {
    kind: 'spike',
    basePerSecond: 10,
    peakPerSecond: 900,
    peakSeconds: 5,
    seconds: 60,
  } as const;
  const many = k6TestRun('k6-1', { ...options, plan: { ...options.plan, shape } });
  expect(many.spec).toMatchObject({ parallelism: 4 });
});

test('tells an end, a start that waits and one that is stuck apart', () => {
  const pod = (status: V1Pod['status']): V1Pod => ({
    metadata: { name: 'p' },
    ...(status ? { status } : {}),
  });
  const state = (k6: object) => pod({ containerStatuses: [{ name: 'k6', state: k6 } as never] });
  expect(podProgress(pod({}))).toBeUndefined();
  expect(podProgress(state({ waiting: { reason: 'PodInitializing' } }))).toBeUndefined();
  expect(podProgress(state({ terminated: { exitCode: 99 } }))).toEqual({ pod: 'p', exitCode: 99 });
  expect(podProgress(state({ waiting: { reason: 'ErrImageNeverPull', message: 'm' } }))).toEqual({
    stuck: 'k6: ErrImageNeverPull: m',
  });
  expect(podProgress(pod({ phase: 'Failed', reason: 'Evicted' }))).toMatchObject({ stuck: 'Evicted: ' });
});

for (const [what, exitCode, log, expected] of [
  ['a run', 0, sampleOutput('http'), undefined],
  ['a failed run', 107, 'script exception', /exit code 107\nscript exception/],
  ['a run without a summary', 0, 'nothing', /no summary/],
] as const) {
  test(`${what} leaves neither Job nor script behind`, async () => {
    const { kube, calls } = fakeKube({ exitCode, log });
    const running = runK6(kube, options);
    if (expected) await expect(running).rejects.toThrow(expected);
    else expect(await running).toMatchObject([{ arm, p50Ms: 1.5, count: 3, sent: 4 }]);
    expect(calls).toEqual(['ConfigMap', 'Job', 'ConfigMap', 'delete Job', 'delete ConfigMap']);
  });
}

test('with the operator there is a TestRun instead, whose runners are taken together', async () => {
  const { kube, calls } = fakeKube({ exitCode: 0, log: sampleOutput('http'), runners: 2 });
  expect(await runK6(kube, options)).toMatchObject([{ count: 6, sent: 8, failed: 2, perSecond: 0.3 }]);
  expect(calls).toEqual(['ConfigMap', 'TestRun', 'ConfigMap', 'delete TestRun', 'delete ConfigMap']);
});

/** What the runner uses of a cluster, with pods that have ended already; with runners, one that has the operator. */
function fakeKube({ exitCode, log, runners = 0 }: { exitCode: number; log: string; runners?: number }) {
  const calls: string[] = [];
  const ended = { name: 'k6', state: { terminated: { exitCode } } };
  const pods = Array.from({ length: runners || 1 }, (_, index) => ({
    metadata: { name: `p-${index}` },
    status: { containerStatuses: [ended] },
  }));
  const kube = {
    objects: {
      patch: async ({ kind }: { kind: string }) => void calls.push(kind),
      delete: async ({ kind }: { kind: string }) => void calls.push(`delete ${kind}`),
      read: async () => ({ metadata: { uid: 'u' } }),
    },
    batch: { deleteNamespacedJob: async () => void calls.push('delete Job') },
    custom: {
      listNamespacedCustomObject: async () => {
        if (runners === 0) throw new ApiException(404, 'no such kind', {}, {});
        return { items: [] };
      },
    },
    core: {
      listNamespacedPod: async ({ labelSelector }: { labelSelector: string }) =>
        labelSelector.includes('runner=true') === runners > 0 ? { items: pods } : { items: [] },
      readNamespacedPodLog: async () => log,
    },
  };
  return { kube: kube as unknown as Kube, calls };
}
