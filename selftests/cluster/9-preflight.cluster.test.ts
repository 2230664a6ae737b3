import type { KubernetesObject } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { preflight } from '../../lib/gate/preflight.ts';
import { withRunLabels } from '../../lib/run/workloads.ts';
import { apply, ignoreMissing, waitFor } from '../../lib/support/kube.ts';
import { clusterOf, requireLab } from './lab.ts';

const NAMESPACE = 'meshproof-preflight';
/** Of a whole pre-flight. */
const MOST_MS = 20_000;

const object = (kind: string, version: string, name: string, spec: object): KubernetesObject =>
  Object.assign(
    { apiVersion: `networking.istio.io/${version}`, kind, metadata: { name, namespace: NAMESPACE } },
    { spec },
  );
const planted = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
  object('DestinationRule', 'v1beta1', 'legacy', {
    host: 'nobody',
    trafficPolicy: {
      outlierDetection: { consecutiveErrors: 3 },
      loadBalancer: { warmupDurationSecs: '10s' },
    },
  }),
  object('VirtualService', 'v1', 'lost', {
    hosts: ['lost'],
    http: [{ route: [{ destination: { host: 'nobody.nowhere.svc.cluster.local' } }] }],
  }),
];

test.describe.configure({ mode: 'serial' });
test.afterAll(async () => {
  const { core } = clusterOf(requireLab(), 'east').kube;
  await ignoreMissing(core.deleteNamespace({ name: NAMESPACE }));
  await waitFor(
    `${NAMESPACE} is gone`,
    async () => (await ignoreMissing(core.readNamespace({ name: NAMESPACE }))) === undefined,
    { timeoutMs: 60_000 },
  );
});

const look = async (document?: Record<string, unknown>) => {
  const to = document ? { values: { file: 'candidate.yaml', document } } : {};
  const findings = await preflight(requireLab(), { from: {}, to });
  return findings.map(({ weight, words }) => `${weight}: ${words}`);
};

test('an identical candidate has nothing against it, within its time', async () => {
  const startedAt = Date.now();
  const found = await look();
  expect(Date.now() - startedAt).toBeLessThan(MOST_MS);
  expect(found[0]).toMatch(/^for: pre-flight of 2 clusters/);
  expect(found.filter((one) => !one.startsWith('note: '))).toHaveLength(1);
});

test('deprecated fields and a host that is nowhere are found in their cluster, and nowhere else', async () => {
  const lab = requireLab();
  await apply(
    clusterOf(lab, 'east').kube,
    withRunLabels(planted, { run: 'self-test-preflight', environment: lab.environment.name }),
  );
  const found = (await look()).filter((one) => one.includes(NAMESPACE));
  for (const words of [
    /^note: east: DestinationRule .*\/legacy uses .*consecutiveErrors, which is deprecated: use consecutive5xx/,
    /^note: east: DestinationRule .*\/legacy uses .*warmupDurationSecs, which is deprecated: use warmup instead/,
    /^note: east: istioctl analyze: Error IST0101, VirtualService .*\/lost: Referenced host not found/,
  ])
    expect(found).toContainEqual(expect.stringMatching(words));
  expect(found.filter((one) => one.includes(' west: '))).toEqual([]);
});

test('values that the mesh does not take are against the candidate', async () => {
  expect(await look({ pilot: { noSuchSetting: 1 } })).toContainEqual(
    expect.stringMatching(/^against: west: istioctl does not take .* unknown field "noSuchSetting"/),
  );
});
