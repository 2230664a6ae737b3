import { expect, test } from '@playwright/test';
import { parse } from 'yaml';
import { fakeLab } from '../../../selftests/fake-lab.ts';
import { sniOf } from './driver.ts';
import { meshManifests } from './manifests.ts';
import { istioOperator } from './operator.ts';
import { istioPorts } from './ports.ts';
import { serverFlag } from './install.ts';
import { leftOut, parseRemoteClusters } from './status.ts';

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

test.describe('where the cloud has the control plane and gives load balancers', () => {
  const cloud = {
    ...east,
    nodes: east.nodes.filter(({ role }) => role === 'worker'),
    gatewayService: { annotations: { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' } },
  };

  test('istiod looks up host names of gateways, and runs on a node that there is', () => {
    const { values, components } = parse(istioOperator(environment, cloud, images)).spec;
    expect(values.pilot.env).toMatchObject({ RESOLVE_HOSTNAME_GATEWAYS: 'true' });
    expect(components.pilot.k8s).not.toHaveProperty('nodeSelector');
    const ofKind = parse(istioOperator(environment, east, images)).spec;
    expect(ofKind.values.pilot.env).not.toHaveProperty('RESOLVE_HOSTNAME_GATEWAYS');
    expect(ofKind.components.pilot.k8s).toHaveProperty('nodeSelector');
  });

  test("the gateway's Service asks for its load balancer, whose port in the nodes is the one that firewalls know", () => {
    const [{ k8s }] = parse(istioOperator(environment, cloud, images)).spec.components.ingressGateways;
    expect(k8s.serviceAnnotations).toEqual(cloud.gatewayService.annotations);
    const passed = istioPorts.filter(({ clusters, to }) => clusters === 'between' && to === 'nodes');
    const [, tls] = k8s.service.ports;
    expect(passed.map(({ port }) => port)).toEqual([tls.port, tls.nodePort]);
  });

  test('an API server without a node is called by the name that its kubeconfig has', () => {
    expect(serverFlag(cloud)).toEqual([]);
    expect(serverFlag(east)).toContain('--server');
  });

  test('a gateway with a host name is told where the control plane looks none up, one with an address is not', () => {
    const [only, ...more] = leftOut([
      { name: 'west', addresses: ['ab-cd.elb.eu-west-1.amazonaws.com', '10.20.0.7'] },
      { name: 'north', addresses: ['2001:db8::7'] },
    ]);
    expect(only).toMatch(/calls west through ab-cd\.elb/);
    expect(more).toEqual([]);
  });
});
