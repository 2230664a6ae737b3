import type { FaultPlan } from '../model/fault-plan.ts';
import type { FaultKind, FaultSpec, Plane } from '../model/fault.ts';
import type { Lab } from '../model/lab.ts';
import type { Surroundings } from './surroundings.ts';

/** Endpoints of a service that a fault takes from a caller. */
export interface Loss {
  /** Addresses as the caller's proxy has them. */
  lost: string[];
  /** True when they say nothing; false when somebody refuses for them. */
  silent: boolean;
  /** When the control plane takes them away, and when at the latest; milliseconds. */
  removal?: { ms: number; latestMs: number; by: string };
}

const NOTHING: Loss = { lost: [], silent: true };
/** Of these a node stops answering; its endpoints stay known until somebody misses it. */
const NODE_KINDS: readonly FaultKind[] = [
  'node-kill',
  'node-reboot',
  'node-terminate',
  'node-pause',
  'zone-outage',
  'cluster-outage',
];
/** These take nothing away that calls under way need: containers go on, and so does what proxies know. */
const HARMLESS: readonly FaultKind[] = ['api-outage', 'kubelet-stop', 'runtime-stop'];
/** What passes calls on between clusters, by its `app` label. */
export interface Gateways {
  namespace: string;
  app: string;
}

/**
 * Which endpoints a fault takes from the caller of a probe, as far as that can be said from its plan; in words, where it
 * cannot: nothing is made up. Pure.
 */
export function lossOf(
  { spec, targets }: Pick<FaultPlan, 'spec' | 'targets'>,
  around: Surroundings,
  lab: Pick<Lab, 'clusters'>,
  gateways: Gateways | undefined,
): Loss | { why: string } {
  const { kind } = spec;
  if (HARMLESS.includes(kind)) return NOTHING;
  if (NODE_KINDS.includes(kind))
    return nodesLost(
      targets.map(({ node }) => node),
      around,
      lab,
    );
  if (spec.kind === 'node-partition')
    return spec.plane === undefined || spec.plane === 'data' ? nodesLost([spec.node], around, lab) : NOTHING;
  if (spec.kind === 'link-partition' && spec.by === 'security-group')
    return {
      why: 'link-partition by security-group: connections that are open go on, only new ones are lost',
    };
  if (spec.kind === 'link-partition') return linkLost(spec, around, lab);
  if (spec.kind === 'route-black-hole' || spec.kind === 'peering-route-removal')
    return linkLost(spec, around, lab);
  if (spec.kind === 'transit-gateway-disassociation' || spec.kind === 'health-check-inversion')
    return { why: `${spec.kind}: which ways it takes stands in AWS, and not in the clusters` };
  if (spec.kind === 'workload-outage' || spec.kind === 'process-freeze') {
    if (spec.program === 'coredns')
      return {
        why: 'whoever asks for a name waits for the resolver’s own limits, not for a timer of the mesh',
      };
    if (spec.program !== 'gateway') return NOTHING;
    return { lost: farEndpoints(around, lab, spec.cluster), silent: spec.kind === 'process-freeze' };
  }
  if (spec.kind === 'pod-kill' || spec.kind === 'pod-crash-loop')
    return podsLost(spec, around, lab, gateways);
  if (kind === 'certificate-expiry' || kind === 'bad-root')
    return {
      why: `${kind}: handshakes fail until every certificate is renewed, which no timer of a failover decides`,
    };
  return {
    why: `${kind} makes calls slow, or some of them fail, and takes no endpoint away: no timer ends it`,
  };
}

/** Everything on these nodes: pods there, gateways there, and all ways into a cluster whose last pod was there. */
function nodesLost(
  nodes: readonly string[],
  around: Surroundings,
  lab: Pick<Lab, 'clusters'>,
): Loss | { why: string } {
  if (nodes.includes(around.caller.node)) return { why: 'the caller itself runs there' };
  const clusters = lab.clusters.filter((one) => one.nodes.some(({ name }) => nodes.includes(name)));
  const lost = clusters.flatMap((cluster) => {
    const there = cluster.nodes.filter(({ name }) => nodes.includes(name)).map(({ address }) => address);
    const pods = around.pods.filter((pod) => pod.cluster === cluster.name);
    const dead = pods.filter(({ node }) => nodes.includes(node));
    if (cluster.name === around.caller.cluster) return dead.map(({ address }) => address);
    const far = farEndpoints(around, lab, cluster.name);
    return pods.length > 0 && dead.length === pods.length ? far : far.filter((one) => there.includes(one));
  });
  // Who would miss them is lost with them, or is there to do it.
  const graces = clusters.map(({ name, nodes: all }) =>
    all.some((node) => node.role === 'control-plane' && nodes.includes(node.name))
      ? undefined
      : around.nodeGrace[name],
  );
  const [grace] = graces;
  const removal =
    grace && graces.every(Boolean)
      ? {
          ms: grace.graceMs,
          latestMs: grace.graceMs + grace.periodMs + around.pushDelay.atMostMs,
          by: 'node-monitor-grace-period',
        }
      : undefined;
  return { lost, silent: true, ...(removal ? { removal } : {}) };
}

function linkLost(
  { from, to, plane }: { from: string; to: string; plane?: Plane },
  around: Surroundings,
  lab: Pick<Lab, 'clusters'>,
): Loss {
  const { cluster } = around.caller;
  if (plane === 'control' || plane === 'dns' || ![from, to].includes(cluster)) return NOTHING;
  // One direction is enough: no connection lives on half a way.
  return { lost: farEndpoints(around, lab, from === cluster ? to : from), silent: true };
}

function podsLost(
  { kind, cluster, namespace, app }: Extract<FaultSpec, { kind: 'pod-kill' | 'pod-crash-loop' }>,
  around: Surroundings,
  lab: Pick<Lab, 'clusters'>,
  gateways: Gateways | undefined,
): Loss | { why: string } {
  const isService = namespace === around.service.namespace && app === around.service.name;
  const isGateway = namespace === gateways?.namespace && app === gateways.app;
  if (!isService && !isGateway) return NOTHING;
  if (kind === 'pod-crash-loop')
    return { why: 'its copies come back and go again, and each time is one of its own' };
  const { afterMs, atMostMs } = around.pushDelay;
  const removal = { ms: afterMs, latestMs: atMostMs, by: 'push delay of the control plane' };
  const near = around.pods.filter((pod) => pod.cluster === cluster).map(({ address }) => address);
  const far = farEndpoints(around, lab, cluster);
  if (isGateway) return { lost: far, silent: true };
  return { lost: cluster === around.caller.cluster ? near : far, silent: true, removal };
}

/** Endpoints of another cluster, as a proxy has them: its gateways, at the addresses of its nodes, or its pods. */
function farEndpoints(around: Surroundings, lab: Pick<Lab, 'clusters'>, cluster: string): string[] {
  if (cluster === around.caller.cluster) return [];
  const nodes = lab.clusters.find(({ name }) => name === cluster)?.nodes ?? [];
  const pods = around.pods.filter((pod) => pod.cluster === cluster);
  const there = new Set([...nodes, ...pods].map(({ address }) => address));
  return around.live.endpoints.map(({ address }) => address).filter((address) => there.has(address));
}
