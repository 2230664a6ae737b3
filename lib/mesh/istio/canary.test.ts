import { expect, test } from '@playwright/test';
import { parse, stringify } from 'yaml';
import { CANARY_REVISION, canaryObjects, parseDiscoveryAddress } from './canary.ts';
import { canaryOverlay } from './upgrade-operator.ts';

const object = (kind: string, name: string, labels = {}) =>
  stringify({ apiVersion: 'v1', kind, metadata: { name, namespace: 'istio-system', labels } });
const istiod = object('Service', `istiod-${CANARY_REVISION}`, { app: 'istiod' });

test('a canary brings a revision, and neither definitions nor the gateway', () => {
  expect(parse(canaryOverlay(CANARY_REVISION, 'istio-eastwestgateway')).spec).toEqual({
    revision: CANARY_REVISION,
    components: {
      base: { enabled: false },
      ingressGateways: [{ name: 'istio-eastwestgateway', enabled: false }],
    },
  });
});

test('each of its objects has the label by which it is removed, beside its own', () => {
  const [found, ...others] = canaryObjects(`---\n${istiod}---\n`);
  expect(others).toEqual([]);
  expect(found?.metadata?.labels).toEqual({ app: 'istiod', 'meshproof.dev/canary': 'true' });
});

for (const [kind, name] of [
  ['Deployment', 'istio-ingressgateway'],
  ['MutatingWebhookConfiguration', 'istio-sidecar-injector'],
] as const) {
  test(`what a cluster has once is refused, not taken over: ${kind}`, () => {
    expect(() => canaryObjects(`${istiod}---\n${object(kind, name)}`)).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringContaining(`${kind} ${name}`) }),
    );
  });
}

test('a proxy tells where it gets its configuration from', () => {
  const address = `istiod-${CANARY_REVISION}.istio-system.svc:15012`;
  const info = { node: { metadata: { PROXY_CONFIG: { discoveryAddress: address } } } };
  expect(parseDiscoveryAddress(JSON.stringify(info))).toBe(address);
  expect(() => parseDiscoveryAddress('{"node": {}}')).toThrow(/does not tell/);
});
