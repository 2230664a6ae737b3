import { formatDuration } from '../model/duration.ts';
import type { FaultSpec, Plane } from '../model/fault.ts';
import type { DnsRelay, FaultTarget } from '../model/fault-plan.ts';
import type { Lab, LabCluster, LabNode } from '../model/lab.ts';
import { MeshproofError } from '../support/errors.ts';
import { WAY_IN } from './by-job.ts';
import { connectBetween, connectWithin, datagrams, enoughFor, nonsense, question } from './knocks.ts';
import type { PlannedHarm } from './plan.ts';
import {
  dropFrom,
  dropLargeFrom,
  dropNew,
  isolate,
  loseDns,
  loseFrom,
  PLANE_PORTS,
  policeFrom,
  redirectDns,
  redirectFrom,
  refuseApi,
  RELAY_PORTS,
} from './rulesets.ts';
import { clusterOf, nodeOf, targetsOf } from './targets.ts';

/** Faults that are a table of packet rules in the nodes where the harm is felt. */
type NetworkSpec = Extract<
  FaultSpec,
  {
    kind:
      | 'link-partition'
      | 'node-partition'
      | 'link-loss'
      | 'link-bandwidth'
      | 'link-latency'
      | 'mtu-black-hole'
      | 'dns-loss'
      | 'dns-latency'
      | 'dns-wrong-answers'
      | 'api-outage'
      | 'conntrack-full';
  }
>;

/** A name that every cluster resolves. */
const KNOWN_NAME = 'kubernetes.default.svc.cluster.local';
/** What a burst that tries out a limit of the rate has more than it allows. */
const OVER = 3;

/** Targets with their rules, and what makes the rules count. Pure. */
export function planNetworkFault(spec: NetworkSpec, lab: Lab): PlannedHarm {
  const common = { mechanism: 'nftables' } as const;
  switch (spec.kind) {
    case 'link-partition': {
      const { plane, bothWays } = spec;
      const there = overLink(lab, spec, (sources) => dropFrom(sources, plane));
      const back = overLink(lab, { from: spec.to, to: spec.from }, (sources) => dropFrom(sources, plane));
      const ways = bothWays ? [there, back] : [there];
      return {
        ...common,
        targets: ways.flatMap((way) => way.targets),
        knocks: ways.flatMap(({ pairs }) => pairs.map(([from, to]) => connectBetween(from, to, plane))),
        blastRadius: `every packet ${bothWays ? 'between' : 'from'} ${spec.from} (${there.from.nodes.length} nodes) ${bothWays ? 'and' : 'to'} ${spec.to} (${there.to.nodes.length} nodes) is dropped on arrival, in ${planeWords(plane)}`,
      };
    }
    case 'link-loss': {
      const { targets, pairs } = overLink(lab, spec, (sources) => loseFrom(sources, spec.percent));
      const count = enoughFor(spec.percent);
      return {
        ...common,
        targets,
        knocks: pairs.map(([from, to]) => datagrams(from, to, { count })),
        blastRadius: `${spec.percent} % of the packets from ${spec.from} to ${spec.to} are dropped on arrival, by chance`,
      };
    }
    case 'link-bandwidth': {
      const { targets, pairs } = overLink(lab, spec, (sources) => policeFrom(sources, spec.kbit));
      // A second's worth and more, as fast as it goes; 1.4 kB a datagram.
      const count = Math.ceil((OVER * spec.kbit * 1000) / 8 / 1400);
      return {
        ...common,
        targets,
        knocks: pairs.map(([from, to]) => datagrams(from, to, { count, bytes: 1400 })),
        blastRadius: `packets from ${spec.from} beyond ${spec.kbit} kbit/s are dropped on arrival, at each node of ${spec.to}`,
      };
    }
    case 'link-latency': {
      const [toPort = 0] = PLANE_PORTS.data;
      const { delayMs, jitterMs = 0 } = spec;
      const way = overLink(lab, spec, (sources) => redirectFrom(sources, toPort, RELAY_PORTS.link));
      // The gateways have the addresses of the workers.
      const pairs = way.pairs.filter(([, { role }]) => role === 'worker');
      return {
        mechanism: 'relay',
        targets: pairs.flatMap(([, { name, address }]) =>
          way.targets.flatMap((target) => (target.node === name ? { ...target, address } : [])),
        ),
        knocks: pairs.map(([from, to]) => nonsense(from, to, toPort)),
        relay: {
          program: 'link',
          image: lab.images.runtime,
          port: RELAY_PORTS.link,
          toPort,
          delayMs,
          jitterMs,
          forget: way.from.nodes.map(({ address }) => `-p tcp -s ${address} --dport ${toPort}`),
        },
        blastRadius: `what ${spec.from} sends to the gateways of ${spec.to} takes ${delayWords(spec)} longer; connections that are open are cut once`,
      };
    }
    case 'mtu-black-hole': {
      const { targets, pairs } = overLink(lab, spec, (sources) => dropLargeFrom(sources, spec.bytes));
      // With the headers of UDP and IPv4, 28 bytes, just over the limit.
      return {
        ...common,
        targets,
        knocks: pairs.map(([from, to]) => datagrams(from, to, { count: 1, bytes: spec.bytes - 27 })),
        blastRadius: `packets above ${spec.bytes} bytes from ${spec.from} to ${spec.to} vanish on arrival, without a report to the sender`,
      };
    }
    case 'node-partition': {
      const target = nodeOf(lab, spec);
      const node = labNode(lab, target);
      const other = clusterOf(lab, spec.cluster).nodes.find(({ name }) => name !== spec.node) ?? node;
      const { plane } = spec;
      return {
        ...common,
        targets: [{ ...target, chains: isolate(plane, waysIn(lab)) }],
        knocks: [
          plane === 'dns'
            ? connectWithin(node, PLANE_PORTS.dns[0] ?? 53)
            : connectBetween(other, node, plane),
        ],
        blastRadius: `node ${spec.node} of cluster ${spec.cluster} and the rest of the world lose each other, in ${planeWords(plane)}${butFor(lab)}`,
      };
    }
    case 'dns-loss': {
      const { nodes } = clusterOf(lab, spec.cluster);
      const count = enoughFor(spec.percent);
      return {
        ...common,
        targets: withChains(targetsOf(clusterOf(lab, spec.cluster)), loseDns(spec.percent)),
        knocks: nodes.map((node) => datagrams(node, node, { count, port: 53 })),
        blastRadius: `${spec.percent} % of the DNS questions of all nodes and pods of ${spec.cluster} are dropped, by chance`,
      };
    }
    case 'dns-latency':
      return inFrontOfDns(lab, spec, {
        relay: { delayMs: spec.delayMs, jitterMs: spec.jitterMs ?? 0, name: KNOWN_NAME },
        blastRadius: `what the pods of ${spec.cluster} ask its DNS is answered ${delayWords(spec)} later`,
      });
    case 'dns-wrong-answers':
      return inFrontOfDns(lab, spec, {
        relay: { delayMs: 0, jitterMs: 0, name: spec.name, lie: spec.answer },
        blastRadius: `pods of ${spec.cluster} that ask its DNS for ${spec.name}, or a name below it, are told: ${spec.answer}`,
      });
    case 'api-outage': {
      const cluster = clusterOf(lab, spec.cluster);
      const isServer = ({ role }: LabNode) => role === 'control-plane';
      return {
        ...common,
        targets: withChains(targetsOf(cluster, isServer), refuseApi()),
        knocks: cluster.nodes.filter(isServer).map((node) => connectWithin(node, 6443)),
        blastRadius: `the API server of ${spec.cluster} refuses every connection, and cuts those that are open`,
      };
    }
    case 'conntrack-full': {
      const target = nodeOf(lab, spec);
      const node = labNode(lab, target);
      const other = clusterOf(lab, spec.cluster).nodes.find(({ name }) => name !== spec.node) ?? node;
      return {
        ...common,
        targets: [{ ...target, chains: dropNew(waysIn(lab)) }],
        knocks: [connectBetween(other, node)],
        blastRadius: `new connections to and from node ${spec.node} of cluster ${spec.cluster} and its pods are dropped; open ones go on${butFor(lab)}`,
      };
    }
  }
}

/** Ports of a node that stay open when it is cut off. */
function waysIn({ access }: Lab): readonly number[] {
  return access.by === 'job' ? WAY_IN : [];
}

function butFor(lab: Lab): string {
  const ports = waysIn(lab);
  return ports.length === 0 ? '' : `; port ${ports.join(', ')} stays open, on which it is reverted`;
}

/** A link: the nodes at its far end with rules about what comes from the near one, and a node of it for each to knock. */
function overLink(
  lab: Lab,
  link: { from: string; to: string },
  rules: (sources: readonly string[]) => string,
): { from: LabCluster; to: LabCluster; targets: FaultTarget[]; pairs: [LabNode, LabNode][] } {
  const from = clusterOf(lab, link.from);
  const to = clusterOf(lab, link.to);
  if (from === to)
    throw new MeshproofError(
      'usage',
      `a link leads from one cluster to another, not ${link.from} → ${link.to}`,
    );
  const chains = rules(from.nodes.map(({ address }) => address));
  const pairs = to.nodes.flatMap((node, index): [LabNode, LabNode][] => {
    const near = from.nodes[index % from.nodes.length];
    return near ? [[near, node]] : [];
  });
  return { from, to, targets: withChains(targetsOf(to), chains), pairs };
}

/** A relay in each node of a cluster, in front of its resolvers. */
function inFrontOfDns(
  lab: Lab,
  spec: Extract<NetworkSpec, { kind: 'dns-latency' | 'dns-wrong-answers' }>,
  {
    relay,
    blastRadius,
  }: { relay: Pick<DnsRelay, 'delayMs' | 'jitterMs' | 'name' | 'lie'>; blastRadius: string },
): PlannedHarm {
  const cluster = clusterOf(lab, spec.cluster);
  const port = RELAY_PORTS[spec.kind];
  const resolver = dnsAddress(cluster.serviceCidr);
  return {
    mechanism: 'relay',
    targets: cluster.nodes.map(({ name: node, container, address }) => ({
      cluster: cluster.name,
      node,
      container,
      address,
      chains: redirectDns(resolver, { address, port }),
    })),
    knocks: cluster.nodes.map((node) => question(node, resolver, relay.name)),
    relay: {
      program: 'dns',
      image: lab.images.runtime,
      port,
      resolver,
      ...relay,
      // Sockets that ask again and again keep the way that their first question took.
      forget: [`-p udp --orig-dst ${resolver} --dport 53`, `-p tcp --orig-dst ${resolver} --dport 53`],
    },
    blastRadius,
  };
}

/** The address of a cluster's DNS service: kubeadm takes the tenth of its services (kubeadm, `GetDNSIP`). */
export function dnsAddress(serviceCidr: string): string {
  const [base = ''] = serviceCidr.split('/');
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + 10;
  return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.');
}

function delayWords({ delayMs, jitterMs = 0 }: { delayMs: number; jitterMs?: number }): string {
  return `${formatDuration(delayMs)}${jitterMs > 0 ? ` ± ${formatDuration(jitterMs)}` : ''}`;
}

function withChains(targets: readonly FaultTarget[], chains: string): FaultTarget[] {
  return targets.map((target) => ({ ...target, chains }));
}

function labNode(lab: Lab, { cluster, node }: FaultTarget): LabNode {
  const found = clusterOf(lab, cluster).nodes.find(({ name }) => name === node);
  if (found) return found;
  throw new MeshproofError('bug', `no node ${node} in cluster ${cluster}`);
}

function planeWords(plane: Plane | undefined): string {
  return plane === undefined ? 'all planes: data, control, dns' : `the ${plane} plane only`;
}
