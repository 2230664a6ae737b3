import { expect, test } from '@playwright/test';
import {
  type ControlPlaneAnswer,
  heldOf,
  mergeAnswers,
  peerOf,
  rejectionsOf,
  staleOf,
  sumMetric,
  unserved,
} from './diagnose-control-plane.ts';
import { type IstioObject, settingsOf } from './diagnose-settings.ts';
import { outboundOf, parseExpiry, parseUpstreams, sumStats } from './proxy-admin.ts';

const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener';
const OLD = '2026-01-01T00:00:00Z';
const question = {
  from: { cluster: 'east', namespace: 'shop', workload: 'cart' },
  to: { service: 'payments', namespace: 'shop' },
};

function object(
  kind: string,
  spec: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): IstioObject {
  return { kind, metadata: { name: 'x', namespace: 'shop', ...metadata }, spec };
}

test('a confirmed push is neither stale nor rejected, even with an old error', () => {
  const proxy = {
    proxy: 'cart.shop',
    resources: { [LISTENER]: { sent: 'n2', acked: 'n2', lastError: 'old', sentTime: OLD } },
  };
  expect(staleOf(proxy)).toEqual([]);
  expect(rejectionsOf(proxy)).toEqual([]);
});

test('a push that was not confirmed is stale, and rejected where the proxy said so', () => {
  const proxy = {
    proxy: 'cart.shop',
    resources: { [LISTENER]: { sent: 'n2', acked: 'n1', lastError: 'script load error', sentTime: OLD } },
  };
  expect(staleOf(proxy)).toEqual([{ proxy: 'cart.shop', kinds: ['listener'] }]);
  expect(rejectionsOf(proxy)).toEqual(['cart.shop: listener: script load error']);
});

test('a push that has just been sent is given its time', () => {
  const sentTime = new Date().toISOString();
  expect(
    staleOf({ proxy: 'cart.shop', resources: { [LISTENER]: { sent: 'n2', acked: 'n1', sentTime } } }),
  ).toEqual([]);
});

test('a running pod with a proxy that istiod does not list is unserved', () => {
  const pod = (name: string, container: string, phase = 'Running') => ({
    metadata: { name, namespace: 'shop' },
    spec: { containers: [{ name: 'app' }], initContainers: [{ name: container }] },
    status: { phase },
  });
  const pods = [
    pod('a', 'istio-proxy'),
    pod('b', 'istio-proxy'),
    pod('c', 'other'),
    pod('d', 'istio-proxy', 'Pending'),
  ];
  expect(unserved(pods, [{ proxy: 'a.shop' }])).toEqual(['b.shop']);
});

test('what several istiods say is one view: a proxy is served by any, a cluster watched by all or not', () => {
  const says = (proxy: string, status: string, notAfter: number): ControlPlaneAnswer => ({
    clusters: [
      { id: 'west', syncStatus: 'synced' },
      { id: 'north', syncStatus: status },
    ],
    proxies: [{ proxy }],
    certificates: [{ what: 'the root certificate', notAfter }],
  });
  const view = mergeAnswers([says('a.shop', 'synced', 9), says('b.shop', 'timeout', 5)]);
  expect(view.proxies.map(({ proxy }) => proxy)).toEqual(['a.shop', 'b.shop']);
  expect(view.certificates).toEqual([{ what: 'the root certificate', notAfter: 5 }]);
  expect(peerOf('west', true, view.clusters).watched).toBe(true);
  expect(peerOf('north', true, view.clusters)).toMatchObject({
    watched: false,
    detail: 'its status is timeout',
  });
  const ignorant = mergeAnswers([says('a.shop', 'synced', 9), { ...says('b.shop', '', 9), clusters: [] }]);
  expect(peerOf('west', true, ignorant.clusters).watched).toBe(false);
  // Nobody said anything: then nothing is known, and nobody is blamed.
  expect(peerOf('west', true, mergeAnswers([]).clusters).watched).toBe(true);
});

test('addresses that istiods have of a service are counted by cluster; the one that has the fewest counts', () => {
  const entry = (address: string, ServicePortName: string) => ({ Addresses: [address], ServicePortName });
  const shards = {
    'pay.shop.svc.cluster.local': {
      shop: {
        Shards: {
          'Kubernetes/east': [entry('10.0.0.1', 'http'), entry('10.0.0.1', 'tcp'), entry('10.0.0.2', 'http')],
          'Kubernetes/west': [],
        },
      },
    },
  };
  expect(heldOf(shards, { name: 'pay', namespace: 'shop' })).toEqual({ east: 2, west: 0 });
  expect(heldOf(shards, { name: 'pay', namespace: 'other' })).toEqual({});
  const says = (held: Record<string, number>) => ({ clusters: [], proxies: [], certificates: [], held });
  expect(mergeAnswers([says({ east: 2, west: 1 }), says({ east: 1 })]).held).toEqual({ east: 1, west: 0 });
  expect(mergeAnswers([]).held).toBeUndefined();
});

test('counters of Prometheus and Envoy are summed', () => {
  expect(sumMetric('pilot_x{type="a"} 2\npilot_x{type="b"} 3\npilot_xy{type="b"} 9\n', 'pilot_x')).toBe(5);
  expect(sumStats('a.update_rejected: 2\nb.update_rejected: 0\n')).toBe(2);
});

test('endpoints, their health and their counters are read from the admin interface', () => {
  const host = {
    address: { socket_address: { address: '10.0.0.1', port_value: 8080 } },
    stats: [{ name: 'rq_total', value: '7' }, { name: 'rq_error' }],
    health_status: { eds_health_status: 'HEALTHY', failed_outlier_check: true },
    locality: { region: 'us-east' },
  };
  const body = JSON.stringify({
    cluster_statuses: [{ name: 'outbound|8080||payments.shop.svc.cluster.local', host_statuses: [host] }],
  });
  const [upstream] = parseUpstreams(body);
  expect(upstream?.endpoints).toEqual([
    {
      address: '10.0.0.1:8080',
      healthy: false,
      why: 'failed_outlier_check',
      requests: 7,
      succeeded: 0,
      failed: 0,
      connectFailed: 0,
      region: 'us-east',
      weight: 1,
      priority: 0,
    },
  ]);
  expect(outboundOf({ name: 'payments', namespace: 'shop' }, 8080).test(upstream?.name ?? '')).toBe(true);
  expect(outboundOf({ name: 'pay', namespace: 'shop' }).test(upstream?.name ?? '')).toBe(false);
});

test('the first expiry of all certificates counts', () => {
  const chain = (time: string) => ({ cert_chain: [{ expiration_time: time }] });
  expect(parseExpiry(JSON.stringify({ certificates: [chain('2026-02-01T00:00:00Z'), chain(OLD)] }))).toBe(
    Date.parse(OLD),
  );
});

test('what was installed is no news until it is changed or gone', () => {
  const installed = [object('PeerAuthentication', { mtls: { mode: 'STRICT' } })];
  expect(settingsOf(installed, installed, question)).toEqual([]);
  expect(settingsOf([], installed, question)[0]?.effect).toContain('is gone');
  const changed = [object('PeerAuthentication', { mtls: { mode: 'DISABLE' } })];
  expect(settingsOf(changed, installed, question)[0]?.effect).toContain('is not as it was installed');
});

for (const [what, one, expected] of [
  [
    'a policy that denies everything',
    object('AuthorizationPolicy', {}),
    { effect: /denies everything/, does: 'blocks', touches: 'namespace' },
  ],
  [
    'a policy for the service',
    object('AuthorizationPolicy', { action: 'DENY', selector: { matchLabels: { app: 'payments' } } }),
    { effect: /DENY of app=payments/, does: 'blocks', touches: 'service' },
  ],
  [
    'a hole in mTLS',
    object('PeerAuthentication', { mtls: { mode: 'PERMISSIVE' } }),
    { effect: /accepts plaintext \(PERMISSIVE\)/, does: 'alters', touches: 'namespace' },
  ],
  [
    'a fault',
    object('VirtualService', { hosts: ['payments'], http: [{ fault: {} }] }),
    { effect: /injects faults/, does: 'blocks', touches: 'service' },
  ],
  [
    'a mirror',
    object('VirtualService', { hosts: ['payments.shop.svc.cluster.local'], http: [{ mirror: {} }] }),
    { effect: /mirrors calls/, does: 'diverts', touches: 'service' },
  ],
  [
    'a rule for every host',
    object('DestinationRule', { host: '*.local' }),
    { effect: /sets how \*\.local is called/, does: 'diverts', touches: 'mesh' },
  ],
  [
    'a rule for another host',
    object('DestinationRule', { host: 'other.shop.svc.cluster.local' }),
    { effect: /other/, does: 'diverts', touches: 'other' },
  ],
  [
    'a filter on the caller',
    object('EnvoyFilter', { workloadSelector: { labels: { app: 'cart' } } }),
    { effect: /changes proxies of app=cart/, does: 'alters', touches: 'caller' },
  ],
  [
    'a filter somewhere else',
    object('EnvoyFilter', { workloadSelector: { labels: { app: 'crew' } } }),
    { effect: /crew/, does: 'alters', touches: 'other' },
  ],
  [
    'an object of another namespace',
    object('Sidecar', {}, { namespace: 'elsewhere' }),
    { effect: /limits/, does: 'blocks', touches: 'other' },
  ],
] as const) {
  test(`${what} is told as what it is`, () => {
    const [setting] = settingsOf([one], [], question);
    expect(setting?.effect).toMatch(expected.effect);
    expect(setting).toMatchObject({ does: expected.does, touches: expected.touches, ours: false });
  });
}

test('objects of a run are marked as ours', () => {
  const ours = object('AuthorizationPolicy', {}, { labels: { 'meshproof.dev/run': 'run-1' } });
  expect(settingsOf([ours], [], question)[0]?.ours).toBe(true);
});
