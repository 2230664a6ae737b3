import { expect, test } from '@playwright/test';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { istioAuthorization } from './authorization.ts';
import { istioLocality } from './locality.ts';

const { environment } = fakeLab();

test('a neutral rule becomes an AuthorizationPolicy that says no more and no less', () => {
  const [first, second, third] = istioAuthorization.objects(environment, {
    namespace: 'safe',
    workload: 'vault',
    defaultDeny: true,
    rules: [
      { name: 'in', action: 'allow', identities: [{ namespace: 'shop', account: 'cart' }], ports: [80] },
      { name: 'anyone', action: 'deny', paths: ['/x'] },
    ],
  }) as { metadata: object; spec: object }[];
  expect(first).toMatchObject({ metadata: { name: 'default-deny', namespace: 'safe' }, spec: {} });
  expect(second?.spec).toEqual({
    selector: { matchLabels: { app: 'vault' } },
    action: 'ALLOW',
    rules: [
      {
        from: [{ source: { principals: ['cluster.local/ns/shop/sa/cart'] } }],
        to: [{ operation: { ports: ['80'] } }],
      },
    ],
  });
  expect(third?.spec).toMatchObject({ action: 'DENY', rules: [{ to: [{ operation: { paths: ['/x'] } }] }] });
});

test('a split is a subset for each cluster with its weight', () => {
  const [rule, route] = istioLocality.split(
    environment,
    { name: 's', namespace: 'n' },
    { east: 80, west: 20 },
  );
  expect(rule).toMatchObject({
    spec: { subsets: [{ name: 'east', labels: { 'topology.istio.io/cluster': 'east' } }, { name: 'west' }] },
  });
  expect(route).toMatchObject({
    spec: { http: [{ route: [{ destination: { subset: 'east' }, weight: 80 }, { weight: 20 }] }] },
  });
});

test('nearest first has outlier detection, without which it would be none', () => {
  const [rule] = istioLocality.nearestFirst(environment, { name: 's', namespace: 'n' });
  expect(rule).toMatchObject({
    spec: {
      trafficPolicy: {
        loadBalancer: { localityLbSetting: { enabled: true } },
        outlierDetection: { consecutive5xxErrors: 3 },
      },
    },
  });
});
