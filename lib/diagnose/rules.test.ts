import { expect, test } from '@playwright/test';
import type { ClusterFacts } from '../model/diagnosis.ts';
import { likelyCauses } from './rules.ts';
import { sampleCluster, sampleFacts, sampleMesh, sampleSetting } from './sample-facts.ts';

test('nothing is found in a healthy mesh', () => {
  expect(likelyCauses(sampleFacts())).toEqual([]);
});

for (const [what, changes, words] of [
  ['an API that is silent', { unreadable: 'timeout' }, /west: its API does not answer: timeout/],
  [
    'a node that is not ready',
    { nodes: [{ name: 'w1', ready: false, dropRules: [], shaping: [] }] },
    /west: node w1 is not ready/,
  ],
  [
    'packets that are dropped',
    { nodes: [{ name: 'w1', ready: true, dropRules: ['inet foo: ip daddr 192.0.2.1 drop'], shaping: [] }] },
    /node w1 drops packets: inet foo/,
  ],
  [
    'different MTUs',
    {
      nodes: [
        { name: 'w1', ready: true, dropRules: [], shaping: [], mtu: 1500 },
        { name: 'w2', ready: true, dropRules: [], shaping: [], mtu: 1280 },
      ],
    },
    /differ in MTU: w1 1500, w2 1280/,
  ],
  [
    'a control plane that is down',
    { deployments: [{ name: 'istiod', namespace: 'istio-system', wanted: 1, available: 0 }] },
    /west: istiod: 0 of 1 replicas available/,
  ],
  [
    'a service without endpoints',
    { service: { exists: true, ready: [], notReady: [] } },
    /west: payments has no ready endpoint/,
  ],
  [
    'a CoreDNS that rewrites',
    { oddDns: ['rewrite name a b'] },
    /CoreDNS is configured with rewrite name a b/,
  ],
  [
    'a gateway that is nowhere',
    { mesh: sampleMesh('west', { gateway: { name: 'g', published: [], nodeAddresses: [] } }) },
    /published at no address/,
  ],
  [
    'a gateway at a foreign address',
    {
      mesh: sampleMesh('west', {
        gateway: { name: 'g', published: ['192.0.2.99'], nodeAddresses: ['192.0.2.20'] },
      }),
    },
    /published at 192\.0\.2\.99, which is no node/,
  ],
  [
    'a wrong network',
    { mesh: sampleMesh('west', { network: { expected: 'west-net', label: 'east-net' } }) },
    /network label says east-net/,
  ],
  [
    'a turned down push',
    { mesh: sampleMesh('west', { rejections: ['payments: script load error'] }) },
    /turned down: payments: script load error/,
  ],
  ['a silent istiod', { mesh: sampleMesh('west', { unreadable: 'HTTP 503' }) }, /its proxies know: HTTP 503/],
  [
    'a stale proxy',
    { mesh: sampleMesh('west', { stale: [{ proxy: 'payments.shop', kinds: ['listeners'] }] }) },
    /payments\.shop has not confirmed its newest listeners/,
  ],
  [
    'a proxy without a control plane',
    { mesh: sampleMesh('west', { unserved: ['payments.shop'] }) },
    /no control plane serves the proxy of payments\.shop/,
  ],
  [
    'an expired root',
    { mesh: sampleMesh('west', { certificates: [{ what: 'the root', notAfter: sampleFacts().at - 1 }] }) },
    /the root expired at 2026/,
  ],
] satisfies [string, Partial<ClusterFacts>, RegExp][]) {
  test(`${what} is named`, () => {
    const found = likelyCauses(
      sampleFacts({ clusters: [sampleCluster('east'), sampleCluster('west', changes)] }),
    );
    expect(found.join('\n')).toMatch(words);
  });
}

test('what is wrong elsewhere comes after what is wrong on the way', () => {
  const question = {
    from: { cluster: 'east', namespace: 'shop', workload: 'cart' },
    to: { service: 'payments', namespace: 'shop', cluster: 'east' },
  };
  const found = likelyCauses(
    sampleFacts({
      question,
      clusters: [
        sampleCluster('east', {
          mesh: sampleMesh('east', { stale: [{ proxy: 'cart.shop', kinds: ['routes'] }] }),
        }),
        sampleCluster('west', { nodes: [{ name: 'w1', ready: false, dropRules: [], shaping: [] }] }),
      ],
    }),
  );
  expect(found).toEqual([
    'east: the proxy of cart.shop has not confirmed its newest routes',
    'west: node w1 is not ready',
  ]);
});

test('settings: what blocks before what diverts, the service own before the mesh wide, ours never', () => {
  const settings = [
    sampleSetting({ name: 'alters', does: 'alters', touches: 'mesh' }),
    sampleSetting({ name: 'ours', ours: true, does: 'blocks' }),
    sampleSetting({ name: 'elsewhere', touches: 'other', does: 'blocks' }),
    sampleSetting({ name: 'diverts' }),
    sampleSetting({
      kind: 'AuthorizationPolicy',
      name: 'blocks',
      does: 'blocks',
      effect: 'denies everybody',
    }),
  ];
  const found = likelyCauses(
    sampleFacts({
      clusters: [sampleCluster('east', { mesh: sampleMesh('east', { settings }) }), sampleCluster('west')],
    }),
  );
  expect(found.map((line) => /shop\/(\w+)/.exec(line)?.[1])).toEqual(['blocks', 'diverts', 'alters']);
  expect(found[0]).toBe('east: AuthorizationPolicy shop/blocks denies everybody');
});

test('trouble of a workload that has nothing to do with the question comes last', () => {
  const pod = { namespace: 'meshproof-mesh', node: 'w1', ready: false, restarts: 0, trouble: 'not ready' };
  const pods = [
    { ...pod, name: 'crew-0' },
    { ...pod, name: 'payments-1' },
  ];
  const found = likelyCauses(
    sampleFacts({ clusters: [sampleCluster('east', { pods }), sampleCluster('west')] }),
  );
  expect(found.map((line) => /mesh\/(\w+)/.exec(line)?.[1])).toEqual(['payments', 'crew']);
  const mine = likelyCauses(
    sampleFacts({
      dns: { name: 'x', expected: [], answers: [], outcome: 'dns-timeout' },
      clusters: [sampleCluster('east', { pods }), sampleCluster('west')],
    }),
  );
  expect(mine[0]).toContain('payments-1');
});
