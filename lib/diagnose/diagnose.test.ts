import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { istioDriver } from '../mesh/istio/driver.ts';
import type { Kube } from '../support/kube.ts';
import type { Bench } from './bench.ts';
import { diagnose } from './diagnose.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzYS1jYXJ0In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ';
const KEY_BODY = 'MIIEpAIBAAKCAQEA7plantedplantedplanted';
const question = {
  from: { cluster: 'east', namespace: 'meshproof-mesh', workload: 'cart' },
  to: { service: 'payments', namespace: 'meshproof-mesh' },
};

interface Planted {
  /** The log of every pod. */
  log: string;
  event?: string;
  nodeAnswer?: string;
}

const nothing = () => Promise.resolve({ items: [] });

/** The API of a cluster in which all is well, but for what is planted. */
function fakeKube({ log, event }: Planted): Kube {
  const pod = (name: string) => ({ metadata: { name, namespace: 'x' }, status: { phase: 'Running' } });
  const warning = {
    metadata: { namespace: 'meshproof-mesh' },
    reason: 'Failed',
    involvedObject: { kind: 'Pod', name: 'cart' },
    message: event,
    lastTimestamp: new Date(),
  };
  const kube = {
    core: {
      listNode: nothing,
      listPodForAllNamespaces: nothing,
      listEventForAllNamespaces: () => Promise.resolve({ items: event === undefined ? [] : [warning] }),
      listNamespacedPod: ({ labelSelector = 'app=istiod' }: { labelSelector?: string }) =>
        Promise.resolve({ items: [pod(labelSelector.replace('app=', ''))] }),
      readNamespacedPodLog: () => Promise.resolve(log),
      readNamespacedConfigMap: () => Promise.resolve({ data: {} }),
      readNamespacedService: () => Promise.resolve({ spec: { clusterIPs: ['10.0.0.1'] } }),
    },
    apps: { listDeploymentForAllNamespaces: nothing },
    discovery: { listNamespacedEndpointSlice: nothing },
    config: { makeApiClient: () => ({ listNetworkPolicyForAllNamespaces: nothing }) },
  };
  return kube as unknown as Kube;
}

function bench(planted: Planted, changes: Partial<Bench> = {}): Bench {
  const { inspection: _, ...driver } = istioDriver;
  return {
    lab: fakeLab(),
    driver,
    kube: () => fakeKube(planted),
    onNode: () => Promise.resolve({ stdout: planted.nodeAnswer ?? '', stderr: '', exitCode: 0 }),
    resolve: () => Promise.resolve({ answers: ['10.0.0.1'], outcome: 'ok' }),
    ...changes,
  };
}

test('tokens and keys are in neither facts nor logs nor causes, and the facts stay readable JSON', async () => {
  const log = `error: sent ${TOKEN}\n-----BEGIN PRIVATE KEY-----\n${KEY_BODY}\n-----END PRIVATE KEY-----\nlast error line`;
  const event = `pull failed: authorization: Bearer ${TOKEN}`;
  const { causes, files } = await diagnose(bench({ log, event }), question);
  const all = [...causes, ...Object.values(files)].join('\n');
  for (const secret of [TOKEN, KEY_BODY]) expect(all).not.toContain(secret);
  expect(files['east-cart-agent.log']).toContain('last error line');
  const facts = JSON.parse(files['facts.json'] ?? '');
  expect(facts.clusters[0].warnings[0]).toContain('pull failed: authorization: [redacted]');
  expect(facts.dns).toMatchObject({ expected: ['10.0.0.1'], answers: ['10.0.0.1'] });
});

test('more than a report can bear is cut: facts by their lists, logs from their beginning', async () => {
  const rules = Array.from({ length: 3000 }, (_, index) => `-A INPUT -s 198.51.100.${index} -j DROP`);
  const log = `${'x'.repeat(90)} error\n`.repeat(5000) + 'last error line';
  const { files } = await diagnose(bench({ log, nodeAnswer: rules.join('\n') }), question);
  const text = files['facts.json'] ?? '';
  expect(text.length).toBeLessThanOrEqual(60_000);
  const facts = JSON.parse(text);
  expect(facts.clusters.map(({ cluster }: { cluster: string }) => cluster)).toEqual(['east', 'west']);
  expect(facts.leftOut['clusters.0.nodes.0.dropRules']).toBeGreaterThan(0);
  const sizes = Object.values(files).map(({ length }) => length);
  expect(sizes.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(200_000);
  const long = await diagnose(bench({ log: `${'x'.repeat(300_000)} error the end` }), question);
  expect(long.files['east-cart-agent.log']).toMatch(/^x+ error the end$/);
  expect(long.files['east-cart-agent.log']?.length).toBeLessThan(140_000);
  expect(files['east-cart-agent.log']).toMatch(/last error line$/);
});

test('a part that cannot be read is named, and does not hide the others', async () => {
  const log = 'an error of this cluster';
  const broken = bench(
    { log },
    {
      onNode: () => Promise.reject(new Error('no such container')),
      resolve: () => Promise.reject(new Error('no agent')),
    },
  );
  const { files } = await diagnose(broken, question);
  const facts = JSON.parse(files['facts.json'] ?? '');
  expect(facts.clusters[0].gaps.join()).toContain('rules of east-worker: no such container');
  expect(facts.dns).toBeUndefined();
  expect(files['east-istiod.log']).toBe(log);
});
