import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { istioOperator } from './operator.ts';
import { parseServerInfo } from './upgrade.ts';
import { overlay, proxyImageOf, withProxyImage, withRelease } from './upgrade-operator.ts';

const { environment, clusters } = fakeLab();
const [east] = clusters;
if (!east) throw new Error('the fake lab has no cluster');
const installed = istioOperator(environment, east, { hub: 'hub', tag: 'tag', version: '1', proxy: 'envoy' });
const IMAGE = 'mesh/proxyv2:2';

test('no other image leaves what was installed as it is, to the letter', () => {
  expect(withProxyImage(installed, undefined)).toBe(installed);
  expect(proxyImageOf(installed, undefined)).toBe('hub/proxyv2:tag');
});

test('another image is that of proxies and of what prepares their pods, and nothing else changes', () => {
  const changed = parse(withProxyImage(installed, IMAGE));
  const { proxy, proxy_init: init } = changed.spec.values.global;
  expect([proxy.image, init.image]).toEqual([IMAGE, IMAGE]);
  delete proxy.image;
  delete init.image;
  expect(changed).toEqual(parse(installed));
  expect(proxyImageOf(installed, IMAGE)).toBe(IMAGE);
});

test('another release has its images for control plane and proxies, and nothing else changes', () => {
  const changed = withRelease(installed, { hub: 'other', tag: '1.32.0-ab' });
  expect(proxyImageOf(changed, undefined)).toBe('other/proxyv2:1.32.0-ab');
  expect(proxyImageOf(changed, IMAGE)).toBe(IMAGE);
  const [before, after] = [installed, changed].map((text) => parse(text));
  Object.assign(after.spec, { hub: before.spec.hub, tag: before.spec.tag });
  expect(after).toEqual(before);
  expect(withRelease(installed, undefined)).toBe(installed);
});

test('a name without a slash would be read as one in the hub', () => {
  expect(() => withProxyImage(installed, 'proxy:2')).toThrow(/in its own hub/);
});

test('Helm values are those of an IstioOperator, which is taken as it is', () => {
  const spec = { values: { pilot: { env: { A: '1' } } } };
  const plain = overlay({ file: 'f.yaml', document: spec.values });
  const whole = overlay({ file: 'f.yaml', document: { apiVersion: 'any', kind: 'IstioOperator', spec } });
  expect(parse(plain)).toEqual({ apiVersion: 'install.istio.io/v1alpha1', kind: 'IstioOperator', spec });
  expect(whole).toBe(plain);
});

test('mesh settings of the chart are lifted to where those of the installation are, or they would count for nothing', () => {
  const meshConfig = { trustDomain: 'other' };
  const values = { pilot: { env: { A: '1' } } };
  const specOf = (document: Record<string, unknown>) => parse(overlay({ file: 'f.yaml', document })).spec;
  expect(specOf({ ...values, meshConfig })).toEqual({ meshConfig, values });
  expect(specOf({ meshConfig })).toEqual({ meshConfig });
  expect(specOf({ kind: 'IstioOperator', spec: { values: { meshConfig } } })).toEqual({ meshConfig });
  expect(specOf({ kind: 'IstioOperator', spec: { meshConfig, values } })).toEqual({ meshConfig, values });
});

for (const [document, why] of [
  [{ apiVersion: 'v1', kind: 'ConfigMap' }, /it is a ConfigMap/],
  [{ kind: 'IstioOperator', spec: ['a'] }, /no mapping/],
  [{ kind: 'IstioOperator', spec: { revision: 'canary' } }, /spec.revision would make another/],
  [{ kind: 'IstioOperator', spec: { tag: '1.2.3' } }, /spec.tag would make another/],
  [{ global: { proxy: { image: 'a/b:c' } } }, /proxy-image:REF/],
  [{ kind: 'IstioOperator', spec: { meshConfig: {}, values: { meshConfig: {} } } }, /twice/],
] as const) {
  test(`values are refused with their file: ${why.source}`, () => {
    expect(() => overlay({ file: 'f.yaml', document })).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringMatching(why), at: { file: 'f.yaml' } }),
    );
  });
}

test("a proxy's version is that of its program", () => {
  expect(parseServerInfo('{"version": "9e55/1.40.0/Clean/RELEASE/BoringSSL"}')).toBe('1.40.0');
  expect(() => parseServerInfo('{"version": "dev"}')).toThrow(/'dev'/);
  expect(() => parseServerInfo('{}')).toThrow(/''/);
});
