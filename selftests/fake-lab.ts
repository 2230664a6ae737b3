import type { Environment, FailoverBudget, LatencyBudget } from '../lib/model/environment.ts';
import type { PathBudget } from '../lib/model/load.ts';
import type { Lab, LabCluster } from '../lib/model/lab.ts';

const latency: LatencyBudget = { p50Ms: 20, p95Ms: 50, p99Ms: 100, errorRatio: 0.001 };
const paths: PathBudget[] = [
  {
    path: 'same-node',
    protocol: 'grpc',
    limits: { p99Ms: 50, perSecond: 99 },
    relative: { to: 'no-mesh', p50: 3, slackMs: 1 },
  },
  { path: 'cross-zone', protocol: 'http2', limits: { connectMs: 50, tlsHandshakeMs: 50 } },
  {
    path: 'cross-region',
    protocol: 'http',
    limits: { p99Ms: 50 },
    relative: { to: 'same-cluster', p50: 3, slackMs: 1 },
  },
  { path: 'through-gateway', protocol: 'websocket', limits: { p99Ms: 50, errorRatio: 0.001 } },
];
const failover: FailoverBudget = {
  detectMs: 2000,
  failoverMs: 5000,
  steadyMs: 15_000,
  failbackMs: 30_000,
  longestGapMs: 5000,
  errorSeconds: 5,
};

/** A lab of two clusters that exists on paper only, for tests that judge without one. */
export function fakeLab(changes: Partial<Lab> = {}): Lab {
  return {
    environment: fakeEnvironment(),
    access: { by: 'engine', dockerHost: 'unix:///nonexistent/docker.sock', network: 'fake' },
    clusters: [fakeCluster('east', 1), fakeCluster('west', 2)],
    mesh: { driver: 'istio', namespace: 'istio-system', version: '0.0.0-fake' },
    images: {
      mode: 'source',
      runtime: 'fake/runtime',
      k6: 'fake/k6',
      versions: { envoy: '0.0.0-fake', kubernetes: '0.0.0-fake' },
      digests: {},
    },
    tools: { istioctl: '/nonexistent/istioctl' },
    createdAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}

/** As {@link fakeLab}, with clusters of these names. */
export function fakeLabOf(names: readonly string[]): Lab {
  const { environment, ...lab } = fakeLab();
  const clusters = names.map((name, index) => fakeCluster(name, index + 1));
  const specs = clusters.map((cluster, index) => ({
    ...cluster,
    nodes: environment.clusters[index % 2]?.nodes ?? [],
  }));
  return { ...lab, clusters, environment: { ...environment, clusters: specs } };
}

function fakeEnvironment(): Environment {
  return {
    name: 'fake',
    file: 'environments/fake.yaml',
    provider: { kind: 'kind', images: 'source' },
    clusters: ['east', 'west'].map((name, index) => ({
      name,
      region: `region-${name}`,
      network: `network-${name}`,
      podCidr: `10.${index + 1}0.0.0/16`,
      serviceCidr: `10.1${index + 1}0.0.0/16`,
      nodes: [
        { role: 'control-plane', zone: 'a' },
        { role: 'worker', zone: 'a' },
        { role: 'worker', zone: 'b' },
      ],
    })),
    mesh: {
      driver: 'istio',
      id: 'fake-mesh',
      trustDomain: 'cluster.local',
      mtls: 'strict',
      mcs: false,
      clusterLocal: ['*.meshproof-local.svc.cluster.local'],
      accessLog: false,
      multiRoot: false,
      workloadKeys: 'rsa',
      resilience: {
        tryTimeoutMs: 1000,
        connectTimeoutMs: 1000,
        retries: 2,
        outlierDetection: {
          consecutiveErrors: 3,
          intervalMs: 1000,
          baseEjectionMs: 10_000,
          maxEjectionPercent: 100,
        },
        localityFailover: false,
      },
    },
    expect: {
      mtls: 'strict',
      answeredBy: 'all-clusters',
      networkPolicy: 'unknown',
      dns: { maxTtlMs: 30_000 },
      clockOffsetMs: 100,
      tls: { minVersion: 'TLSv1.2', refusedCiphers: ['AES128-SHA'] },
      certificates: {
        minValidity: { leafMs: 3_600_000, authorityMs: 2_592_000_000 },
        withdrawnRoot: 'unknown',
      },
    },
    faults: { deny: [], nodes: 1, zones: 1, clusters: 1 },
    waivers: [],
    quarantine: [],
    budgets: {
      latency: { inCluster: latency, crossCluster: latency, paths },
      failover: { nodeKill: failover, linkPartition: failover },
      propagationMs: 10_000,
      observability: { metricsMs: 5000, accessLogMs: 20_000 },
      policyPropagationMs: 10_000,
      dns: { p99Ms: 100, restart: { errorSeconds: 1, longestGapMs: 1000 } },
    },
  };
}

/** A cluster of it; `number` decides its addresses. */
export function fakeCluster(name: string, number: number): LabCluster {
  const nodes = ['control-plane', 'worker', 'worker2'].map((suffix, index) => ({
    name: `${name}-${suffix}`,
    role: index === 0 ? ('control-plane' as const) : ('worker' as const),
    zone: index === 2 ? 'b' : 'a',
    container: `${name}-${suffix}`,
    // TEST-NET-1 (RFC 5737): nobody answers there, and nobody is called.
    address: `192.0.2.${10 * number + index}`,
  }));
  return {
    name,
    region: `region-${name}`,
    network: `network-${name}`,
    kubeconfig: '/nonexistent/kubeconfig',
    podCidr: `10.${number}0.0.0/16`,
    serviceCidr: `10.1${number}0.0.0/16`,
    nodes,
  };
}
