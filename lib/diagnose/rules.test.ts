import { expect, test } from '@playwright/test';
import type { ClusterFacts, Facts, MeshFacts, MeshSetting, ProxyFacts } from '../model/diagnosis.ts';
import { likelyCauses } from './rules.ts';

const AT = Date.parse('2026-01-01T00:10:00Z');

function mesh(cluster: string, changes: Partial<MeshFacts> = {}): MeshFacts {
  const other = cluster === 'east' ? 'west' : 'east';
  const address = cluster === 'east' ? '192.0.2.10' : '192.0.2.20';
  return {
    controlPlane: 'istiod',
    peers: [{ cluster: other, hasAccess: true, watched: true }],
    gateway: { name: 'gateway', published: [address], nodeAddresses: [address] },
    network: { expected: `${cluster}-net`, label: `${cluster}-net` },
    rejections: [],
    stale: [],
    unserved: [],
    settings: [],
    certificates: [],
    ...changes,
  };
}

function cluster(name: string, changes: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    cluster: name,
    nodes: [{ name: `${name}-worker`, ready: true, dropRules: [], shaping: [], mtu: 1500 }],
    deployments: [{ name: 'istiod', namespace: 'istio-system', wanted: 1, available: 1 }],
    pods: [],
    service: { exists: true, ready: ['10.0.0.1'], notReady: [] },
    networkPolicies: [],
    oddDns: [],
    mesh: mesh(name),
    warnings: [],
    gaps: [],
    ...changes,
  };
}

const proxy: ProxyFacts = {
  pod: 'cart-1',
  cluster: 'east',
  knowsService: true,
  endpoints: [
    { address: '10.0.0.1:8080', cluster: 'east', healthy: true, requests: 9, failures: 0 },
    { address: '192.0.2.20:15443', cluster: 'west', healthy: true, requests: 9, failures: 0 },
  ],
  rejected: 0,
};

function facts(changes: Partial<Facts> = {}): Facts {
  return {
    question: {
      from: { cluster: 'east', namespace: 'shop', workload: 'cart' },
      to: { service: 'payments', namespace: 'shop' },
    },
    at: AT,
    clusters: [cluster('east'), cluster('west')],
    proxy,
    ...changes,
  };
}

const setting = (changes: Partial<MeshSetting>): MeshSetting => ({
  kind: 'VirtualService',
  namespace: 'shop',
  name: 'split',
  effect: 'sends 100 % of calls to elsewhere',
  touches: 'service',
  does: 'diverts',
  ours: false,
  ...changes,
});

test('nothing is found in a healthy mesh', () => {
  expect(likelyCauses(facts())).toEqual([]);
});

test('missing endpoints are explained by the missing remote secret, in one sentence and before all else', () => {
  const peers = [{ cluster: 'west', hasAccess: false, watched: false }];
  const [first, second] = likelyCauses(
    facts({
      clusters: [cluster('east', { mesh: mesh('east', { peers }) }), cluster('west')],
      proxy: { ...proxy, endpoints: proxy.endpoints.slice(0, 1) },
    }),
  );
  expect(first).toBe(
    'endpoints for west are missing in the proxy of cart in east; istiod in east has no remote secret for west',
  );
  expect(second).toBe(
    'east: control plane does not watch cluster west: istiod has no remote secret for west',
  );
});

for (const [held, words] of [
  [{ east: 1, west: 2 }, /; istiod in east has 2 of them and keeps them to callers in west$/],
  [{ east: 1 }, /; istiod in east watches west and has none of them$/],
  [undefined, /in the proxy of cart in east$/],
] as const) {
  test(`missing endpoints are explained by what the control plane has: ${JSON.stringify(held)}`, () => {
    const [first] = likelyCauses(
      facts({
        clusters: [cluster('east', { mesh: mesh('east', held ? { held } : {}) }), cluster('west')],
        proxy: { ...proxy, endpoints: proxy.endpoints.slice(0, 1) },
      }),
    );
    expect(first).toMatch(words);
  });
}

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
    { mesh: mesh('west', { gateway: { name: 'g', published: [], nodeAddresses: [] } }) },
    /published at no address/,
  ],
  [
    'a gateway at a foreign address',
    {
      mesh: mesh('west', {
        gateway: { name: 'g', published: ['192.0.2.99'], nodeAddresses: ['192.0.2.20'] },
      }),
    },
    /published at 192\.0\.2\.99, which is no node/,
  ],
  [
    'a wrong network',
    { mesh: mesh('west', { network: { expected: 'west-net', label: 'east-net' } }) },
    /network label says east-net/,
  ],
  [
    'a turned down push',
    { mesh: mesh('west', { rejections: ['payments: script load error'] }) },
    /turned down: payments: script load error/,
  ],
  ['a silent istiod', { mesh: mesh('west', { unreadable: 'HTTP 503' }) }, /its proxies know: HTTP 503/],
  [
    'a stale proxy',
    { mesh: mesh('west', { stale: [{ proxy: 'payments.shop', kinds: ['listeners'] }] }) },
    /payments\.shop has not confirmed its newest listeners/,
  ],
  [
    'a proxy without a control plane',
    { mesh: mesh('west', { unserved: ['payments.shop'] }) },
    /no control plane serves the proxy of payments\.shop/,
  ],
  [
    'an expired root',
    { mesh: mesh('west', { certificates: [{ what: 'the root', notAfter: AT - 1 }] }) },
    /the root expired at 2026/,
  ],
] satisfies [string, Partial<ClusterFacts>, RegExp][]) {
  test(`${what} is named`, () => {
    const found = likelyCauses(facts({ clusters: [cluster('east'), cluster('west', changes)] }));
    expect(found.join('\n')).toMatch(words);
  });
}

test('what is wrong elsewhere comes after what is wrong on the way', () => {
  const question = {
    from: { cluster: 'east', namespace: 'shop', workload: 'cart' },
    to: { service: 'payments', namespace: 'shop', cluster: 'east' },
  };
  const found = likelyCauses(
    facts({
      question,
      clusters: [
        cluster('east', { mesh: mesh('east', { stale: [{ proxy: 'cart.shop', kinds: ['routes'] }] }) }),
        cluster('west', { nodes: [{ name: 'w1', ready: false, dropRules: [], shaping: [] }] }),
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
    setting({ name: 'alters', does: 'alters', touches: 'mesh' }),
    setting({ name: 'ours', ours: true, does: 'blocks' }),
    setting({ name: 'elsewhere', touches: 'other', does: 'blocks' }),
    setting({ name: 'diverts' }),
    setting({ kind: 'AuthorizationPolicy', name: 'blocks', does: 'blocks', effect: 'denies everybody' }),
  ];
  const found = likelyCauses(
    facts({ clusters: [cluster('east', { mesh: mesh('east', { settings }) }), cluster('west')] }),
  );
  expect(found.map((line) => /shop\/(\w+)/.exec(line)?.[1])).toEqual(['blocks', 'diverts', 'alters']);
  expect(found[0]).toBe('east: AuthorizationPolicy shop/blocks denies everybody');
});

test('the proxy: unknown service, ill endpoints, foreign endpoints, failed tries', () => {
  expect(likelyCauses(facts({ proxy: { ...proxy, knowsService: false, endpoints: [] } }))[0]).toBe(
    'the proxy of cart in east has never heard of payments',
  );
  const endpoints = [
    { address: '10.0.0.1:8080', cluster: 'east', healthy: true, requests: 9, failures: 0 },
    {
      address: '192.0.2.20:15443',
      cluster: 'west',
      healthy: false,
      why: 'failed_outlier_check',
      requests: 9,
      failures: 7,
    },
    { address: '192.0.2.99:15443', healthy: true, requests: 0, failures: 0 },
  ];
  expect(likelyCauses(facts({ proxy: { ...proxy, endpoints } }))).toEqual([
    'the proxy of cart in east has an endpoint at 192.0.2.99:15443, which belongs to no cluster',
    'the proxy of cart in east holds 1 endpoint(s) in west for ill: failed_outlier_check',
    'the proxy of cart in east counted 7 failed tries at 192.0.2.20:15443 (west)',
  ]);
});

test('trouble of a workload that has nothing to do with the question comes last', () => {
  const pod = { namespace: 'meshproof-mesh', node: 'w1', ready: false, restarts: 0, trouble: 'not ready' };
  const pods = [
    { ...pod, name: 'crew-0' },
    { ...pod, name: 'payments-1' },
  ];
  const found = likelyCauses(facts({ clusters: [cluster('east', { pods }), cluster('west')] }));
  expect(found.map((line) => /mesh\/(\w+)/.exec(line)?.[1])).toEqual(['payments', 'crew']);
  const mine = likelyCauses(
    facts({
      dns: { name: 'x', expected: [], answers: [], outcome: 'dns-timeout' },
      clusters: [cluster('east', { pods }), cluster('west')],
    }),
  );
  expect(mine[0]).toContain('payments-1');
});

test('DNS: no answer, and another answer than the service has', () => {
  const name = 'payments.shop.svc.cluster.local.';
  expect(
    likelyCauses(facts({ dns: { name, expected: ['10.1.0.1'], answers: [], outcome: 'dns-nxdomain' } }))[0],
  ).toBe(`east: ${name} does not resolve: dns-nxdomain`);
  expect(
    likelyCauses(facts({ dns: { name, expected: ['10.1.0.1'], answers: ['10.9.9.9'], outcome: 'ok' } }))[0],
  ).toBe(`east: ${name} resolves to 10.9.9.9, and its service has 10.1.0.1`);
});
