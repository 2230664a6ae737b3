import { expect, test } from '@playwright/test';
import { deprecatedFindings, deprecatedSettings } from './deprecated.ts';
import type { CustomObject, Definition } from './crd-schema.ts';

const NAME = 'destinationrules.networking.istio.io';
/** As Istio 1.31 writes them: words for some fields, none for what its documentation hides. */
const definition = (words = 'Deprecated: use `warmup` instead.'): Definition => ({
  metadata: { name: NAME },
  spec: {
    group: 'networking.istio.io',
    names: { kind: 'DestinationRule', plural: 'destinationrules' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            properties: {
              spec: {
                properties: {
                  subsets: {
                    items: {
                      properties: {
                        loadBalancer: { properties: { warmupDurationSecs: { description: words } } },
                      },
                    },
                  },
                  trafficPolicy: {
                    properties: {
                      loadBalancer: { properties: { simple: { description: 'How calls are spread.' } } },
                      outlierDetection: { properties: { consecutiveErrors: {}, consecutive5xxErrors: {} } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
});
const said = (spec: unknown, candidate = definition()) => {
  const own: CustomObject = { kind: 'DestinationRule', metadata: { name: 'old', namespace: 'shop' }, spec };
  return deprecatedFindings({ cluster: 'east', definitions: [definition()], objects: { [NAME]: [own] } }, [
    candidate,
  ]);
};

test('a field that the definition calls deprecated is named with its object and what to use instead', () => {
  const spec = { subsets: [{}, { loadBalancer: { warmupDurationSecs: '10s' } }] };
  expect(said(spec)).toEqual([
    {
      source: 'preflight',
      weight: 'note',
      words:
        'east: DestinationRule shop/old uses spec.subsets[].loadBalancer.warmupDurationSecs, which is deprecated: use warmup instead',
    },
  ]);
  expect(said(spec, definition('How long.')), 'the candidate decides, not what runs').toEqual([]);
});

test('fields and values that the definition hides are known, and their heirs are not taken for them', () => {
  const policy = (more: object) => ({ trafficPolicy: more });
  expect(said(policy({ outlierDetection: { consecutiveErrors: 3 } }))[0]?.words).toMatch(
    /outlierDetection.consecutiveErrors, which is deprecated: use consecutive5xxErrors/,
  );
  expect(said(policy({ outlierDetection: { consecutive5xxErrors: 3 } }))).toEqual([]);
  expect(said(policy({ loadBalancer: { simple: 'LEAST_CONN' } }))[0]?.words).toMatch(/simple: LEAST_CONN/);
  expect(said(policy({ loadBalancer: { simple: 'LEAST_REQUEST' } }))).toEqual([]);
});

test('deprecated settings of an IstioOperator are named, others are not', () => {
  const spec = {
    values: { pilot: { resources: {}, autoscaleEnabled: false }, global: { jwtPolicy: 'third-party-jwt' } },
    meshConfig: { extensionProviders: [{ name: 'a' }, { lightstep: {} }], accessLogFile: '/dev/stdout' },
  };
  expect(deprecatedSettings({ spec })).toEqual([
    'spec.values.global.jwtPolicy',
    'spec.values.pilot.resources',
    'spec.meshConfig.extensionProviders[].lightstep',
  ]);
  expect(deprecatedSettings({ spec: { values: { pilot: { env: {} } } } })).toEqual([]);
});
