import { expect, test } from '@playwright/test';
import { parseSide, sideLabel } from './sides.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

for (const [text, side] of [
  ['current', { kind: 'current' }],
  ['1.31.1', { kind: 'version', version: '1.31.1' }],
  ['1.31-20260827124520-eed52ebb66ad', { kind: 'version', version: '1.31-20260827124520-eed52ebb66ad' }],
  ['envoy:1.40.0', { kind: 'envoy', version: '1.40.0' }],
  ['envoy:1.36.2.post1', { kind: 'envoy', version: '1.36.2.post1' }],
  ['proxy-image:istio/proxyv2:1.31.1', { kind: 'proxy-image', image: 'istio/proxyv2:1.31.1' }],
  [
    'proxy-image:registry.example.com:5000/mesh/proxy:v1',
    { kind: 'proxy-image', image: 'registry.example.com:5000/mesh/proxy:v1' },
  ],
  [`proxy-image:mesh/proxy@${DIGEST}`, { kind: 'proxy-image', image: `mesh/proxy@${DIGEST}` }],
  ['values:canary/next.yaml', { kind: 'values', file: 'canary/next.yaml' }],
] as const) {
  test(`${text} is a side, and its label names it again`, () => {
    expect(parseSide(text)).toEqual(side);
    expect(parseSide(sideLabel(parseSide(text)))).toEqual(side);
  });
}

for (const [text, why] of [
  ['', /it is empty/],
  ['latest', /none of the forms/],
  ['envoy:', /'' is no version/],
  ['envoy:latest', /'latest' is no version/],
  ['proxy-image:', /no name of an image/],
  ['proxy-image:mesh/UPPER:1', /no name of an image/],
  ['proxy-image:istio/proxyv2', /without a tag/],
  ['proxy-image:registry.example.com:5000/mesh/proxy', /without a tag/],
  ['values:', /no .yaml file/],
  ['values:values.json', /no .yaml file/],
  ['next.yaml', /is written values:next.yaml/],
  ['chart:1.2.3', /there is no form 'chart:'/],
] as const) {
  test(`'${text}' is refused with a reason and the forms that there are`, () => {
    expect(() => parseSide(text)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: expect.stringMatching(why),
        nextStep: expect.stringContaining('envoy:VERSION'),
      }),
    );
  });
}

test('a leading v of a version is no part of it', () => {
  expect(parseSide('v1.31.1')).toEqual(parseSide('1.31.1'));
});
