import { expect, test } from '@playwright/test';
import { likelyCauses } from './rules.ts';
import { sampleCluster, sampleFacts, sampleMesh, sampleProxy } from './sample-facts.ts';

test('missing endpoints are explained by the missing remote secret, in one sentence and before all else', () => {
  const peers = [{ cluster: 'west', hasAccess: false, watched: false }];
  const [first, second] = likelyCauses(
    sampleFacts({
      clusters: [sampleCluster('east', { mesh: sampleMesh('east', { peers }) }), sampleCluster('west')],
      proxy: { ...sampleProxy, endpoints: sampleProxy.endpoints.slice(0, 1) },
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
      sampleFacts({
        clusters: [
          sampleCluster('east', { mesh: sampleMesh('east', held ? { held } : {}) }),
          sampleCluster('west'),
        ],
        proxy: { ...sampleProxy, endpoints: sampleProxy.endpoints.slice(0, 1) },
      }),
    );
    expect(first).toMatch(words);
  });
}

test('the proxy: unknown service, ill endpoints, foreign endpoints, failed tries', () => {
  expect(
    likelyCauses(sampleFacts({ proxy: { ...sampleProxy, knowsService: false, endpoints: [] } }))[0],
  ).toBe('the proxy of cart in east has never heard of payments');
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
  expect(likelyCauses(sampleFacts({ proxy: { ...sampleProxy, endpoints } }))).toEqual([
    'the proxy of cart in east has an endpoint at 192.0.2.99:15443, which belongs to no cluster',
    'the proxy of cart in east holds 1 endpoint(s) in west for ill: failed_outlier_check',
    'the proxy of cart in east counted 7 failed tries at 192.0.2.20:15443 (west)',
  ]);
});

test('DNS: no answer, and another answer than the service has', () => {
  const name = 'payments.shop.svc.cluster.local.';
  expect(
    likelyCauses(
      sampleFacts({ dns: { name, expected: ['10.1.0.1'], answers: [], outcome: 'dns-nxdomain' } }),
    )[0],
  ).toBe(`east: ${name} does not resolve: dns-nxdomain`);
  expect(
    likelyCauses(
      sampleFacts({ dns: { name, expected: ['10.1.0.1'], answers: ['10.9.9.9'], outcome: 'ok' } }),
    )[0],
  ).toBe(`east: ${name} resolves to 10.9.9.9, and its service has 10.1.0.1`);
});

test('the proxy: whom it turned away comes before how often', () => {
  const [east, west] = sampleProxy.endpoints;
  const endpoints = [east!, { ...west!, failures: 12 }];
  const refusals = ['192.0.2.20:15443: its identity is spiffe://a/ns/b/sa/c, which … (12 calls)'];
  expect(likelyCauses(sampleFacts({ proxy: { ...sampleProxy, endpoints, refusals } }))).toEqual([
    'the proxy of cart in east turned away 192.0.2.20:15443: its identity is spiffe://a/ns/b/sa/c, which … (12 calls)',
    'the proxy of cart in east counted 12 failed tries at 192.0.2.20:15443 (west)',
  ]);
});
