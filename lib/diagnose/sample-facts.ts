import type { ClusterFacts, Facts, MeshFacts, MeshSetting, ProxyFacts } from '../model/diagnosis.ts';

/** Facts of a healthy mesh of two clusters, for tests of the rules. */

export function sampleMesh(cluster: string, changes: Partial<MeshFacts> = {}): MeshFacts {
  const other = cluster === 'east' ? 'west' : 'east';
  const address = cluster === 'east' ? '192.0.2.10' : '192.0.2.20';
  return {
    controlPlane: 'istiod',
    peers: [{ cluster: other, hasAccess: true, watched: true }],
    gateway: { name: 'gateway', published: [address], nodeAddresses: [address] },
    network: { expected: `${cluster}-net`, label: `${cluster}-net` },
    rejections: [],
    stale: [],
    unserved: [],
    settings: [],
    certificates: [],
    ...changes,
  };
}

export function sampleCluster(name: string, changes: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    cluster: name,
    nodes: [{ name: `${name}-worker`, ready: true, dropRules: [], shaping: [], mtu: 1500 }],
    deployments: [{ name: 'istiod', namespace: 'istio-system', wanted: 1, available: 1 }],
    pods: [],
    service: { exists: true, ready: ['10.0.0.1'], notReady: [] },
    networkPolicies: [],
    oddDns: [],
    mesh: sampleMesh(name),
    warnings: [],
    gaps: [],
    ...changes,
  };
}

export const sampleProxy: ProxyFacts = {
  pod: 'cart-1',
  cluster: 'east',
  knowsService: true,
  endpoints: [
    { address: '10.0.0.1:8080', cluster: 'east', healthy: true, requests: 9, failures: 0 },
    { address: '192.0.2.20:15443', cluster: 'west', healthy: true, requests: 9, failures: 0 },
  ],
  rejected: 0,
};

export function sampleFacts(changes: Partial<Facts> = {}): Facts {
  return {
    question: {
      from: { cluster: 'east', namespace: 'shop', workload: 'cart' },
      to: { service: 'payments', namespace: 'shop' },
    },
    at: Date.parse('2026-01-01T00:10:00Z'),
    clusters: [sampleCluster('east'), sampleCluster('west')],
    proxy: sampleProxy,
    ...changes,
  };
}

export const sampleSetting = (changes: Partial<MeshSetting>): MeshSetting => ({
  kind: 'VirtualService',
  namespace: 'shop',
  name: 'split',
  effect: 'sends 100 % of calls to elsewhere',
  touches: 'service',
  does: 'diverts',
  ours: false,
  ...changes,
});
