import type { FaultSpec } from '../../lib/model/fault.ts';
import type { Lab } from '../../lib/model/lab.ts';
import {
  answers,
  answersQuickly,
  cachesInUse,
  CLUSTER,
  controlPlane,
  hasMemory,
  type Health,
  idle,
  inNode,
  lastWorker,
  OTHER,
  othersUnharmed,
  promptly,
  reaches,
  resolves,
  service,
  told,
  trustedAfar,
  uploads,
} from './fault-health.ts';

/** A fault, and who feels it. */
export interface FaultCase {
  fault: (lab: Lab) => FaultSpec;
  /** Fails while the fault holds. */
  health: Health;
  /** Holds meanwhile: what the fault must leave alone. */
  unharmed?: Health;
  /** Makes what would hide the harm, as it is found on nodes that have been used. */
  amid?: (lab: Lab) => Promise<AsyncDisposable>;
}

const link = { from: OTHER, to: CLUSTER };

export const kubelet = answers((lab) => `/api/v1/nodes/${lastWorker(lab).name}/proxy/healthz`);
const gateway = service('istio-system', 'istio-eastwestgateway:15021', '/healthz/ready');
const istiod = service('istio-system', 'istiod:15014', '/version');
const coredns = service('kube-system', 'kube-dns:9153', '/metrics');
const gatewayPods = { cluster: CLUSTER, namespace: 'istio-system', app: 'istio-eastwestgateway' };

const onNode =
  (
    kind:
      | 'node-kill'
      | 'node-reboot'
      | 'node-pause'
      | 'kubelet-stop'
      | 'runtime-stop'
      | 'cpu-pressure'
      | 'memory-pressure'
      | 'disk-pressure'
      | 'conntrack-full',
  ) =>
  (lab: Lab) => ({
    kind,
    cluster: CLUSTER,
    node: lastWorker(lab).name,
  });
const freeze = (program: 'etcd' | 'api-server' | 'istiod' | 'coredns' | 'gateway') => () =>
  ({ kind: 'process-freeze', cluster: CLUSTER, program }) as const;
const outage = (program: 'istiod' | 'coredns' | 'gateway') => () =>
  ({ kind: 'workload-outage', cluster: CLUSTER, program }) as const;

export const CASES: Record<string, FaultCase> = {
  'node-kill': { fault: onNode('node-kill'), health: kubelet },
  'node-reboot': { fault: onNode('node-reboot'), health: kubelet },
  'node-pause': { fault: onNode('node-pause'), health: kubelet },
  'zone-outage': {
    fault: (lab) => ({ kind: 'zone-outage', cluster: CLUSTER, zone: lastWorker(lab).zone }),
    health: kubelet,
  },
  'cluster-outage': {
    fault: () => ({ kind: 'cluster-outage', cluster: CLUSTER }),
    health: answers(() => '/readyz'),
  },
  'kubelet-stop': { fault: onNode('kubelet-stop'), health: kubelet },
  'runtime-stop': {
    fault: onNode('runtime-stop'),
    health: (lab) => inNode(lab, lastWorker(lab), 'ctr --connect-timeout 2s version'),
  },
  'freeze of etcd': { fault: freeze('etcd'), health: answers(() => '/readyz/etcd') },
  'freeze of the API server': { fault: freeze('api-server'), health: answers(() => '/readyz') },
  'freeze of istiod': { fault: freeze('istiod'), health: istiod },
  'freeze of CoreDNS': { fault: freeze('coredns'), health: coredns },
  'freeze of the gateway': { fault: freeze('gateway'), health: gateway },
  'slow CoreDNS': {
    fault: () => ({ kind: 'process-slow', cluster: CLUSTER, program: 'coredns', delayMs: 800 }),
    health: promptly,
  },
  'outage of istiod': { fault: outage('istiod'), health: istiod },
  'outage of CoreDNS': { fault: outage('coredns'), health: coredns },
  'outage of the gateway': { fault: outage('gateway'), health: gateway },
  'pod-kill': { fault: () => ({ kind: 'pod-kill', ...gatewayPods }), health: gateway },
  'pod-crash-loop': { fault: () => ({ kind: 'pod-crash-loop', ...gatewayPods }), health: gateway },
  'certificate-expiry': {
    fault: () => ({ kind: 'certificate-expiry', cluster: CLUSTER }),
    health: trustedAfar,
    unharmed: othersUnharmed,
  },
  'bad-root': {
    fault: () => ({ kind: 'bad-root', cluster: CLUSTER }),
    health: trustedAfar,
    unharmed: othersUnharmed,
  },
  'api-outage': {
    fault: () => ({ kind: 'api-outage', cluster: CLUSTER }),
    health: answers(() => '/readyz'),
    unharmed: reaches(lastWorker, 10_250),
  },
  'link-partition': {
    fault: () => ({ kind: 'link-partition', ...link }),
    health: reaches(lastWorker, 10_250),
    unharmed: kubelet,
  },
  'link-partition of the data plane, both ways': {
    fault: () => ({ kind: 'link-partition', ...link, plane: 'data', bothWays: true }),
    health: reaches(lastWorker, 15_443),
    unharmed: reaches(controlPlane, 6443),
  },
  'link-partition of the control plane': {
    fault: () => ({ kind: 'link-partition', ...link, plane: 'control' }),
    health: reaches(controlPlane, 6443),
    unharmed: reaches(lastWorker, 15_443),
  },
  'node-partition': {
    fault: (lab) => ({ kind: 'node-partition', cluster: CLUSTER, node: lastWorker(lab).name }),
    health: kubelet,
    unharmed: reaches(controlPlane, 6443),
  },
  'node-partition of the DNS plane': {
    fault: (lab) => ({
      kind: 'node-partition',
      cluster: CLUSTER,
      node: controlPlane(lab).name,
      plane: 'dns',
    }),
    health: resolves,
    unharmed: reaches(controlPlane, 6443),
  },
  'link-loss': {
    fault: () => ({ kind: 'link-loss', ...link, percent: 30 }),
    health: reaches(lastWorker, 10_250, 20),
    unharmed: kubelet,
  },
  'link-bandwidth': {
    fault: () => ({ kind: 'link-bandwidth', ...link, kbit: 1000 }),
    health: uploads(1_000_000),
    unharmed: reaches(lastWorker, 10_250),
  },
  'link-latency': {
    fault: () => ({ kind: 'link-latency', ...link, delayMs: 200, jitterMs: 50 }),
    health: answersQuickly,
    unharmed: reaches(lastWorker, 10_250),
  },
  'mtu-black-hole': {
    fault: () => ({ kind: 'mtu-black-hole', ...link, bytes: 1400 }),
    health: uploads(50_000),
    unharmed: uploads(1000),
  },
  'dns-loss': {
    fault: () => ({ kind: 'dns-loss', cluster: CLUSTER, percent: 40 }),
    health: resolves,
    unharmed: reaches(lastWorker, 10_250),
  },
  'dns-latency': {
    fault: () => ({ kind: 'dns-latency', cluster: CLUSTER, delayMs: 400, jitterMs: 50 }),
    health: told('kubernetes.default.svc.cluster.local', 300),
    unharmed: reaches(lastWorker, 10_250),
  },
  'dns-wrong-answers': {
    fault: () => ({
      kind: 'dns-wrong-answers',
      cluster: CLUSTER,
      name: 'kubernetes.default.svc.cluster.local',
      answer: 'nxdomain',
    }),
    health: told('kubernetes.default.svc.cluster.local', 3000),
    unharmed: told('kube-dns.kube-system.svc.cluster.local', 3000),
  },
  'conntrack-full': {
    fault: onNode('conntrack-full'),
    // A connection of its own: the API server has one open to the kubelet, which goes on.
    health: reaches(lastWorker, 10_250),
    unharmed: reaches(controlPlane, 6443),
  },
  'cpu-pressure': { fault: onNode('cpu-pressure'), health: idle, unharmed: kubelet },
  'memory-pressure': {
    fault: onNode('memory-pressure'),
    health: hasMemory,
    unharmed: kubelet,
    amid: cachesInUse,
  },
  'disk-pressure': { fault: onNode('disk-pressure'), health: idle, unharmed: kubelet },
};
