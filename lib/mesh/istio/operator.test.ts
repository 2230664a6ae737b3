import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { sniOf } from './driver.ts';
import { meshManifests } from './manifests.ts';
import { istioOperator } from './operator.ts';
import { parseRemoteClusters } from './status.ts';

const { environment, clusters } = fakeLab();
const [east] = clusters;
if (!east) throw new Error('the fake lab has no cluster');
const images = { hub: 'hub', tag: 'tag', version: '1', proxy: 'envoy' as const };

test('a plain Envoy gets none of the filters that only Istio has', () => {
  const env = (proxy: 'envoy' | 'istio') =>
    parse(istioOperator(environment, east, { ...images, proxy })).spec.values.pilot.env;
  expect(env('envoy')).toMatchObject({ PILOT_ENABLE_METADATA_EXCHANGE: 'false' });
  expect(env('istio')).toEqual({});
});

test('proxies look for no cloud that is not there', () => {
  const { meshConfig } = parse(istioOperator(environment, east, images)).spec;
  expect(meshConfig.defaultConfig.proxyMetadata).toMatchObject({ CLOUD_PLATFORM: 'none' });
});

test('the keys of workload certificates are of the kind that the environment says', () => {
  const metadata = (workloadKeys: 'rsa' | 'ecdsa') => {
    const mesh = { ...environment.mesh, workloadKeys };
    return parse(istioOperator({ ...environment, mesh }, east, images)).spec.meshConfig.defaultConfig
      .proxyMetadata;
  };
  expect(metadata('ecdsa')).toMatchObject({ ECC_SIGNATURE_ALGORITHM: 'ECDSA' });
  expect(metadata('rsa')).not.toHaveProperty('ECC_SIGNATURE_ALGORITHM');
});

test('the gateway has a replica for every worker and knows its network', () => {
  const [gateway] = parse(istioOperator(environment, east, images)).spec.components.ingressGateways;
  expect(gateway.k8s.replicaCount).toBe(2);
  expect(gateway.label['topology.istio.io/network']).toBe(east.network);
});

test('mutual TLS and outlier detection say what the environment says', () => {
  const [policy, rule] = meshManifests(environment);
  expect(policy).toMatchObject({ kind: 'PeerAuthentication', spec: { mtls: { mode: 'STRICT' } } });
  expect(rule).toMatchObject({
    spec: { trafficPolicy: { outlierDetection: { consecutive5xxErrors: 3, baseEjectionTime: '10000ms' } } },
  });
});

test('the SNI of a service is the one that a passthrough gateway looks for', () => {
  expect(sniOf({ name: 'payments', namespace: 'shop', port: 8080 })).toBe(
    'outbound_.8080_._.payments.shop.svc.cluster.local',
  );
});

test('only clusters that are synced count as connected', () => {
  const table =
    'NAME     SECRET                                        STATUS      ISTIOD                      REVISION\neast                                                   synced      istiod-1     default\nwest     istio-system/istio-remote-secret-west         timeout     istiod-1     default\n';
  expect(parseRemoteClusters(table)).toEqual(['east']);
});
