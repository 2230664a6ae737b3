import type { MeshFacts } from '../../lib/model/diagnosis.ts';
import type { ClusterSnapshot, Snapshot } from '../../lib/model/invariants.ts';
import type { LabCluster } from '../../lib/model/lab.ts';
import type { RunWatch } from '../../lib/run/invariants.ts';
import { isPlanted } from './defects.ts';
import type { FakeWorld } from './world.ts';

const SILENCE = 'istio-system/istiod-1:8080/debug/clusterz: no answer within 8000 ms';

/** A run that looks back on a quiet hour, but for what is planted: all of it in the last cluster. */
export function fakeWatch(world: FakeWorld): RunWatch {
  const { clusters, mesh } = world.lab;
  const isLast = ({ name }: LabCluster) => name === clusters.at(-1)?.name;
  const at = () => world.clock.now();
  const calm = (): Snapshot => ({
    at: at() - 3_600_000,
    clusters: clusters.map((cluster) => quiet(cluster, at())),
  });
  return {
    baseline: () => (isPlanted('no-baseline') ? undefined : calm()),
    now: async () => ({
      at: at(),
      clusters: clusters.map((cluster) => (isLast(cluster) ? eventful : quiet)(cluster, at())),
    }),
    expectedRestarts: () => [],
    logs: async () => ({
      logs: clusters.map((cluster) => ({
        subject: `${cluster.name} kube-system/coredns-1 container coredns`,
        text: isPlanted('program-panics') && isLast(cluster) ? 'fine\npanic: no plugin' : 'fine',
      })),
      unread: isPlanted('logs-refused')
        ? ['west istio-system/istiod-1 container discovery: HTTP 502: no route to host']
        : [],
    }),
    meshFacts: async () =>
      new Map(clusters.map((cluster) => [cluster.name, factsOf(cluster, isLast(cluster))])),
    elections: ['kube-system', mesh.namespace],
  };
}

/** What a snapshot shows of a cluster in which nothing happened. */
function quiet({ name, nodes }: LabCluster, at: number): ClusterSnapshot {
  const leader = { transitions: 1, validUntil: at + 15_000 };
  const elections = [
    { lease: 'kube-system/kube-scheduler', holder: `${name}-control-plane_1`, ...leader },
    { lease: 'istio-system/istio-leader', holder: 'istiod-1', ...leader },
  ];
  return {
    cluster: name,
    containers: [
      {
        namespace: 'kube-system',
        pod: 'coredns-1',
        uid: 'coredns-1',
        node: nodes[0]?.name ?? '',
        container: 'coredns',
        restarts: 0,
      },
    ],
    leaders: isPlanted('no-elections') ? [] : elections,
    rejections: { 'istiod-1': 0 },
  };
}

/** The same with what is planted. */
function eventful(cluster: LabCluster, at: number): ClusterSnapshot {
  const { containers, leaders, ...rest } = quiet(cluster, at);
  const silent = isPlanted('control-plane-silent');
  return {
    ...rest,
    containers: containers.map((one) =>
      isPlanted('container-restarted') ? { ...one, restarts: 1, lastEnd: 'OOMKilled, exit code 137' } : one,
    ),
    leaders: leaders
      .filter(({ lease }) => !(isPlanted('election-gone') && lease.startsWith('kube-system')))
      .filter(({ lease }) => !(silent && lease.startsWith('istio-system')))
      .map((one) => (isPlanted('leader-moved') ? { ...one, holder: 'another', transitions: 2 } : one)),
    ...(silent ? { leadersUnread: SILENCE } : {}),
    rejections: { 'istiod-1': isPlanted('push-rejected') ? 2 : 0 },
  };
}

function factsOf({ name, network, nodes }: LabCluster, isLast: boolean): MeshFacts {
  const addresses = nodes.map(({ address }) => address);
  return {
    controlPlane: 'istiod',
    ...(isLast && isPlanted('control-plane-silent') ? { unreadable: SILENCE } : {}),
    peers: [],
    gateway: { name: `gateway-${name}`, published: addresses.slice(0, 1), nodeAddresses: addresses },
    network: { expected: network, label: network },
    rejections: [],
    stale: isLast && isPlanted('proxy-stale') ? [{ proxy: 'cart-1.shop', kinds: ['listener'] }] : [],
    unserved: [],
    settings: [],
    certificates: [],
  };
}
