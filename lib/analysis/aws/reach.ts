import type { AwsClusterPlace, AwsMachines } from '../../model/aws-check.ts';
import type { AwsSecurityGroup, AwsSubnet } from '../../model/aws.ts';
import type { MeshPort } from '../../model/mesh-port.ts';
import { rangeOf } from '../address-range.ts';
import {
  type Blocked,
  blockedByNacl,
  blockedBySecurityGroups,
  EPHEMERAL,
  type Packets,
  type PortRange,
} from './filters.ts';
import type { NetworkIndex } from './network-index.ts';
import { type Way, wayBetween } from './way.ts';

/** What denies a path: an object of the network and its rule, for the request or for its answer. */
export interface Denial {
  by: 'route' | 'peering' | 'transit gateway' | 'security group' | 'network ACL';
  id: string;
  rule: string;
  of: 'request' | 'answer';
}

/** A port of the mesh, from a subnet of one cluster to a subnet of another (or of the same). */
export interface NetworkPath {
  from: { place: AwsClusterPlace; subnet: AwsSubnet };
  to: { place: AwsClusterPlace; subnet: AwsSubnet };
  port: MeshPort;
  there: Way;
  back: Way;
  /** None: allowed. */
  denials: Denial[];
}

/** Every ordered pair of clusters, port of the mesh, and pair of subnets that they use. */
export function pathsOf(
  index: NetworkIndex,
  places: readonly AwsClusterPlace[],
  ports: readonly MeshPort[],
): NetworkPath[] {
  return places.flatMap((from) =>
    places.flatMap((to) =>
      ports
        .filter(({ clusters }) => (from === to) === (clusters === 'within'))
        .flatMap((port) => pathsFor(index, from, to, port)),
    ),
  );
}

/** The machines of a cluster that a port is about. */
export function machines(place: AwsClusterPlace, what: MeshPort['to']): AwsMachines {
  return what === 'nodes' ? place.nodes : place.apiServer;
}

function pathsFor(
  index: NetworkIndex,
  from: AwsClusterPlace,
  to: AwsClusterPlace,
  port: MeshPort,
): NetworkPath[] {
  const [senders, receivers] = [machines(from, port.from), machines(to, port.to)];
  const groupsOf = ({ securityGroups }: AwsMachines) =>
    securityGroups.flatMap((id) => index.securityGroup(id) ?? []);
  const [senderGroups, receiverGroups] = [groupsOf(senders), groupsOf(receivers)];
  const subnetsOf = ({ subnets }: AwsMachines) => subnets.flatMap((id) => index.subnet(id) ?? []);
  return subnetsOf(senders).flatMap((a) =>
    subnetsOf(receivers).map((b): NetworkPath => {
      const [there, back] = [wayBetween(index, a, b), wayBetween(index, b, a)];
      const denials = [
        ...obstacleOf(there, 'request'),
        ...obstacleOf(back, 'answer'),
        ...groupDenials({ a, b, port, senderGroups, receiverGroups, there }, from.region === to.region),
        ...naclDenials(index, { from: a, to: b, way: there, port, ports: only(port.port), of: 'request' }),
        ...naclDenials(index, { from: b, to: a, way: back, port, ports: EPHEMERAL, of: 'answer' }),
      ];
      return { from: { place: from, subnet: a }, to: { place: to, subnet: b }, port, there, back, denials };
    }),
  );
}

function only(port: number): PortRange {
  return { first: port, last: port };
}

function obstacleOf({ obstacle }: Way, of: Denial['of']): Denial[] {
  return obstacle ? [{ ...obstacle, of }] : [];
}

interface Conversation {
  a: AwsSubnet;
  b: AwsSubnet;
  port: MeshPort;
  senderGroups: AwsSecurityGroup[];
  receiverGroups: AwsSecurityGroup[];
  there: Way;
}

/** Groups are stateful: what they let in or out is answered without another rule. */
function groupDenials(
  { a, b, port, senderGroups, receiverGroups, there }: Conversation,
  sameRegion: boolean,
): Denial[] {
  const denied = (blocked: Blocked | undefined): Denial[] =>
    blocked ? [{ by: 'security group', of: 'request', ...blocked }] : [];
  const packets = (peer: AwsSubnet): Packets => ({
    protocol: port.protocol,
    ports: only(port.port),
    peer: rangeOf(peer.cidr) ?? { first: 0, last: 0 },
  });
  // A group stands for its members in its own VPC, over a peering in the region, and for what comes in over a transit gateway
  // (VPC user guide, "Security group referencing").
  const named = there.kind === 'vpc' || (sameRegion && there.kind !== 'vpn');
  const isOf = (groups: AwsSecurityGroup[]) => (id: string) =>
    named && groups.some((group) => group.id === id);
  const out = there.kind === 'transit gateway' ? () => false : isOf(receiverGroups);
  return [
    ...denied(blockedBySecurityGroups(senderGroups, 'egress', packets(b), out)),
    ...denied(blockedBySecurityGroups(receiverGroups, 'ingress', packets(a), isOf(senderGroups))),
  ];
}

interface OneWay {
  from: AwsSubnet;
  to: AwsSubnet;
  way: Way;
  port: Pick<MeshPort, 'protocol'>;
  ports: PortRange;
  of: Denial['of'];
}

/**
 * Lists are asked where packets leave a subnet and where they enter one, each direction for itself. A transit gateway has
 * interfaces in subnets of its own or in those of the machines, and the rules differ (transit gateways guide, "Network ACLs
 * for transit gateways"): in the subnet of the machines, what comes out of the gateway is not filtered at all.
 */
function naclDenials(index: NetworkIndex, { from, to, way, port, ports, of }: OneWay): Denial[] {
  if (from.id === to.id) return [];
  const ask = (at: AwsSubnet, egress: boolean): Denial[] => {
    const nacl = index.naclOf(at);
    const peer = rangeOf((egress ? to : from).cidr);
    const blocked = nacl && peer && blockedByNacl(nacl, egress, { protocol: port.protocol, ports, peer });
    return blocked ? [{ by: 'network ACL', of, ...blocked }] : [];
  };
  if (way.transit === undefined) return [...ask(from, true), ...ask(to, false)];
  const { out, in: arrival } = way.transit;
  const leaving = out ? ask(out, false) : [];
  const arriving = !arrival || arrival.id === to.id ? [] : [...ask(arrival, true), ...ask(to, false)];
  return [...ask(from, true), ...leaving, ...arriving];
}
