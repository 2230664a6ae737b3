import { expect, test } from '@playwright/test';
import { parse, stringify } from 'yaml';
import type { V1Pod } from '@kubernetes/client-node';
import type { Kube } from '../support/kube.ts';
import { type K6Options, k6DeadlineSeconds, k6Job, k6Script } from './job.ts';
import { podProgress, runK6 } from './k6.ts';
import { parseSummary } from './summary.ts';

const options: K6Options = {
  namespace: 'load',
  image: 'k6.test/k6:1',
  url: 'http://payments.shop.svc.cluster.local:8080/',
  ratePerSecond: 100,
  durationSeconds: 20,
  labels: { 'meshproof.dev/run': 'r1' },
};
const SUMMARY =
  'MESHPROOF_SUMMARY {"count":2000,"ok":1990,"errorRatio":0.005,"dropped":0,"p50Ms":1.5,"p95Ms":3,"p99Ms":9,"maxMs":20}';

test('the Job runs once, ends by itself, and calls nobody but its target', () => {
  const job = k6Job('k6-1', options);
  expect(job.spec).toMatchObject({
    backoffLimit: 0,
    activeDeadlineSeconds: k6DeadlineSeconds(options),
    ttlSecondsAfterFinished: 600,
  });
  const pod = job.spec?.template;
  expect(pod?.spec?.restartPolicy).toBe('Never');
  expect(pod?.metadata?.labels).toMatchObject({ 'meshproof.dev/run': 'r1', 'meshproof.dev/load': 'k6-1' });
  const container = pod?.spec?.containers[0];
  const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
  expect(env).toMatchObject({ TARGET: options.url, RATE: '100', DURATION: '20', K6_NO_USAGE_REPORT: 'true' });
  expect(container?.command).toContain('/scripts/http-latency.ts');
  expect(parse(stringify(job))).toEqual(job);
  expect(k6Script('k6-1', 'text', options).data).toEqual({ 'http-latency.ts': 'text' });
});

test('reads the summary among other output, and never takes none for a good one', () => {
  expect(parseSummary(`warning\n${SUMMARY}\nrest`)).toMatchObject({
    count: 2000,
    errorRatio: 0.005,
    p99Ms: 9,
  });
  const none =
    'MESHPROOF_SUMMARY {"count":5,"ok":0,"errorRatio":1,"dropped":0,"p50Ms":null,"p95Ms":0,"p99Ms":0,"maxMs":0}';
  expect(parseSummary(none)).toMatchObject({
    p50Ms: Number.POSITIVE_INFINITY,
    p99Ms: Number.POSITIVE_INFINITY,
  });
  expect(() => parseSummary('panic: no')).toThrow(/no summary\npanic: no/);
  expect(() => parseSummary('MESHPROOF_SUMMARY {"count":')).toThrow(/no summary/);
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
  ['a run', 0, SUMMARY, undefined],
  ['a failed run', 107, 'script exception', /exit code 107\nscript exception/],
  ['a run without a summary', 0, 'nothing', /no summary/],
] as const) {
  test(`${what} leaves neither Job nor script behind`, async () => {
    const { kube, calls } = fakeKube(exitCode, log);
    const running = runK6(kube, options);
    if (expected) await expect(running).rejects.toThrow(expected);
    else expect(await running).toMatchObject({ p50Ms: 1.5 });
    expect(calls).toEqual(['ConfigMap', 'Job', 'ConfigMap', 'delete Job', 'delete ConfigMap']);
  });
}

/** What the runner uses of a cluster, with a pod that has ended already. */
function fakeKube(exitCode: number, log: string): { kube: Kube; calls: string[] } {
  const calls: string[] = [];
  const ended = { name: 'k6', state: { terminated: { exitCode } } };
  const kube = {
    objects: {
      patch: async ({ kind }: { kind: string }) => void calls.push(kind),
      delete: async ({ kind }: { kind: string }) => void calls.push(`delete ${kind}`),
    },
    batch: {
      readNamespacedJob: async () => ({ metadata: { uid: 'u' } }),
      deleteNamespacedJob: async () => void calls.push('delete Job'),
    },
    core: {
      listNamespacedPod: async () => ({
        items: [{ metadata: { name: 'p' }, status: { containerStatuses: [ended] } }],
      }),
      readNamespacedPodLog: async () => log,
    },
  };
  return { kube: kube as unknown as Kube, calls };
}
