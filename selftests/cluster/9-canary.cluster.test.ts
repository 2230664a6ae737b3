import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { expect, test } from '@playwright/test';
import { parseSide } from '../../lib/gate/sides.ts';
import { compareSideBySide } from '../../lib/gate/side-by-side.ts';
import { metricWords } from '../../lib/gate/words.ts';
import { inboundHttpFilter } from '../../lib/prove/http-filter.ts';
import { openAgent } from '../../lib/probe/port-forward.ts';
import { SIDE_CALLER, SIDE_NAMESPACES } from '../../lib/run/areas/sides.ts';
import { openChanges, sweepChanges } from '../../lib/run/changes.ts';
import { runningProxies } from '../../lib/run/mesh-change.ts';
import { settingsOf } from '../../lib/run/mesh-settings.ts';
import { deploySides, removeSides, servedPods } from '../../lib/run/side-world.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { HTTP_PORT, localService } from '../../lib/run/workloads.ts';
import { podOf } from '../../lib/run/world.ts';
import { silentLog, terminalLog } from '../../lib/support/log.ts';
import { environmentDir } from '../../lib/support/paths.ts';
import { killedOnceItSays } from './injector.ts';
import { clusterOf, requireLab } from './lab.ts';

const CANDIDATE = 'envoy:1.40.0';
const RUN = 'self-test-canary';
const REVISION = 'meshproof-candidate';
const options = { log: terminalLog(), signal: new AbortController().signal };

/** What istiod's charts and istiod itself make, as `cluster kind name generation`; generations of what others hold only. */
async function controlPlanes(): Promise<string[]> {
  const kinds = [
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'Service'],
    ['v1', 'ServiceAccount'],
    ['apps/v1', 'Deployment'],
    ['coordination.k8s.io/v1', 'Lease'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
    ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
    ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ] as const;
  const lists = await Promise.all(
    requireLab().clusters.flatMap(({ name }) =>
      kinds.map(async ([apiVersion, kind]) => {
        const { objects } = clusterOf(requireLab(), name).kube;
        const { items } = await objects.list<KubernetesObject>(apiVersion, kind);
        return items
          .filter(({ metadata }) => (metadata?.namespace ?? 'istio-system') === 'istio-system')
          .map(({ metadata }) => `${name} ${kind} ${metadata?.name} ${metadata?.generation ?? ''}`);
      }),
    ),
  );
  return lists.flat().sort();
}

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => void (await sweepLab(requireLab(), silentLog)));
test.afterAll(async () => void (await sweepLab(requireLab(), silentLog)));

test('a candidate runs beside what is installed, its callers go by it alone, and it leaves nothing', async () => {
  const lab = requireLab();
  const before = await controlPlanes();
  const to = await settingsOf(parseSide(CANDIDATE), lab, options);
  const changes = openChanges(lab, RUN);
  try {
    for (const { name } of lab.clusters) await changes.canary(name, to, options);
    const during = await controlPlanes();
    expect(
      before.filter((one) => !during.includes(one)),
      'what was there is as it was',
    ).toEqual([]);
    expect(during.filter((one) => !before.includes(one)).every((one) => one.includes(REVISION))).toBe(true);
    await deploySides(lab, { run: RUN, candidate: 'canary', signal: options.signal });
    for (const { cluster, side, pod, address } of await servedPods(lab))
      expect(address, `${pod} in ${cluster}`).toContain(side === 'to' ? `istiod-${REVISION}.` : 'istiod.');
    for (const { name } of lab.clusters) {
      for (const { namespace, version, pod } of await runningProxies(lab, name))
        expect(version, `${pod} in ${name}`).toBe(
          namespace === SIDE_NAMESPACES.to ? '1.40.0' : lab.images.versions['envoy'],
        );
    }
    // From each cluster to each, on both sides: the pod that answers is one of the same side.
    for (const [side, namespace] of Object.entries(SIDE_NAMESPACES)) {
      for (const { name } of lab.clusters) {
        const caller = clusterOf(lab, name);
        const pod = await podOf(caller, namespace, SIDE_CALLER);
        await using agent = await openAgent(caller.kube, namespace, pod.metadata?.name ?? '');
        for (const { name: other } of lab.clusters) {
          const url = `http://${localService(other)}.${namespace}:${HTTP_PORT}/`;
          const { observations } = await agent.call(
            { protocol: 'http', url, connection: 'pooled' },
            { count: 20, ratePerSecond: 50 },
          );
          const server = await podOf(clusterOf(lab, other), namespace, localService(other));
          expect(
            [...new Set(observations.map(({ outcome, answeredBy }) => `${outcome} ${answeredBy?.pod}`))],
            `${side}: ${name} → ${other}`,
          ).toEqual([`ok ${server.metadata?.name}`]);
        }
      }
    }
  } finally {
    await removeSides(lab);
    await changes.revert();
  }
  expect(await controlPlanes()).toEqual(before);
});

/** Holds up every request that the candidate's proxies take in, by Envoy's own fault filter; nobody else's. */
const slowdown = inboundHttpFilter(
  {
    name: 'meshproof-slow-candidate',
    namespace: 'istio-system',
    labels: { 'istio.io/rev': REVISION },
  },
  {
    name: 'meshproof.slow',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault',
      delay: { fixed_delay: '0.008s', percentage: { numerator: 100, denominator: 'HUNDRED' } },
    },
  },
);

test(
  'a candidate that is 8 ms slower fails, by its latency on every path',
  { tag: '@nightly' },
  async ({}, info) => {
    const lab = requireLab();
    const changes = openChanges(lab, RUN);
    try {
      for (const { name } of lab.clusters) await changes.apply(name, [slowdown]);
      const comparison = await compareSideBySide(
        lab,
        { run: RUN, to: {}, seed: 1 },
        {
          ...options,
          shape: { ratePerSecond: 60, durationMs: 5000, warmUpMs: 1000 },
          rounds: { identical: 8, most: 6 },
        },
      );
      const words = comparison.metrics.map((metric) => `${metric.verdict}: ${metricWords(metric)}`);
      await info.attach('comparison.json', {
        body: JSON.stringify(comparison, null, 1),
        contentType: 'application/json',
      });
      expect(comparison.verdict, [...comparison.reasons, ...words].join('\n')).toBe('fail');
      const failed = comparison.metrics.filter(({ verdict }) => verdict === 'fail');
      expect(failed.map(({ metric }) => metric.name)).toEqual(
        expect.arrayContaining(['p50Ms in-cluster http', 'p50Ms cross-cluster http']),
      );
      for (const { metric, from, to } of failed.filter(({ metric }) => metric.name.startsWith('p50')))
        expect((to ?? 0) - (from ?? 0), metric.name).toBeGreaterThan(6);
    } finally {
      await changes.revert();
    }
    expect((await controlPlanes()).filter((one) => one.includes(REVISION))).toEqual([]);
  },
);

test('kill -9 while a candidate is added: a sweep leaves nothing of it', { tag: '@nightly' }, async () => {
  const lab = requireLab();
  const before = await controlPlanes();
  const program = `
    import { compareSideBySide } from './lib/gate/side-by-side.ts';
    import { findLab } from './lib/run/provision.ts';
    const log = { info: (line) => console.log(line), warn() {}, debug() {} };
    const options = { log, signal: new AbortController().signal };
    await compareSideBySide(findLab('kind-istio'), { run: '${RUN}', to: {}, seed: 1 }, options);`;
  const { by, said } = await killedOnceItSays(program, 'identical sides, round 1');
  expect(by, said).toBe('SIGKILL');
  expect((await controlPlanes()).some((one) => one.includes(REVISION))).toBe(true);
  const swept = await sweepLab(lab, silentLog);
  for (const { name } of lab.clusters)
    expect(swept).toContainEqual(expect.stringMatching(`second control plane of ${name} removed`));
  expect(await controlPlanes()).toEqual(before);
  expect(existsSync(join(environmentDir(lab.environment.name), 'changes.jsonl'))).toBe(false);
  expect(await sweepChanges(lab)).toEqual([]);
});
