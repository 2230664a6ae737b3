import type { AwsNaclEntry } from '../../../model/aws.ts';
import type { MeshPort } from '../../../model/mesh-port.ts';
import { BASE_RULE, type ClusterNetwork, LINK_RULES } from './contract.ts';

/** What a cluster's firewalls take for the links to all others. */
export interface Opening {
  cluster: string;
  /** Of the security groups of the nodes and of the API server; a group has one entry. */
  ingress: readonly {
    group: string;
    rules: readonly { protocol: 'tcp' | 'udp'; port: number; cidr: string }[];
  }[];
  /** Of the network ACL. */
  entries: readonly AwsNaclEntry[];
}

/** Rule numbers that each other cluster has. */
const BLOCK = 10;
/** Ports from which callers call: Linux takes 32768–60999, and what is behind a node's address any from 1024 on. */
const ANSWERS = { from: 1024, to: 65_535 };
const PROTOCOLS = { tcp: '6', udp: '17' } as const;
const ICMP = '1';
const ANY = '-1';
/** "Fragmentation needed" (RFC 792, RFC 1191): without it a path with a smaller MTU loses what is too large, in silence. */
const TOO_BIG = { type: 3, code: 4 };

/**
 * What lets the mesh's ports through between these clusters, and nothing more. Security groups keep state, and name the ports alone.
 * A network ACL keeps none: it lets pass the ports, answers to callers there and "fragmentation needed", and denies the rest of the other
 * cluster's range; four rules a cluster and direction, of the 20 that AWS allows by default (five clusters). Pure.
 */
export function openings(networks: readonly ClusterNetwork[], ports: readonly MeshPort[]): Opening[] {
  const between = ports.filter(({ clusters }) => clusters === 'between');
  return networks.map((own) => {
    const others = networks.filter(({ cluster }) => cluster !== own.cluster);
    const rulesFor = (to: MeshPort['to']) =>
      others.flatMap(({ vpcCidr: cidr }) =>
        between.filter((port) => port.to === to).map(({ protocol, port }) => ({ protocol, port, cidr })),
      );
    const groups = new Map<string, ReturnType<typeof rulesFor>>();
    for (const [group, rules] of [
      [own.nodeSecurityGroupId, rulesFor('nodes')],
      [own.apiSecurityGroupId, rulesFor('api-server')],
    ] as const)
      groups.set(group, [...(groups.get(group) ?? []), ...rules]);
    const entries = others.flatMap(({ vpcCidr }, index) => aclEntries(vpcCidr, between, index));
    return {
      cluster: own.cluster,
      ingress: [...groups].map(([group, rules]) => ({ group, rules })),
      entries,
    };
  });
}

function aclEntries(cidr: string, ports: readonly MeshPort[], index: number): AwsNaclEntry[] {
  const first = LINK_RULES + index * BLOCK;
  const isAnswer = ({ protocol, port }: MeshPort) => protocol === 'tcp' && port >= ANSWERS.from;
  const named = ports.filter((port) => !isAnswer(port));
  const allowed: Pick<AwsNaclEntry, 'protocol' | 'fromPort' | 'toPort'>[] = [
    ...named.map(({ protocol, port }) => ({ protocol: PROTOCOLS[protocol], fromPort: port, toPort: port })),
    { protocol: PROTOCOLS.tcp, fromPort: ANSWERS.from, toPort: ANSWERS.to },
    { protocol: ICMP, fromPort: TOO_BIG.type, toPort: TOO_BIG.code },
  ];
  const rules = [
    ...allowed.map((one) => ({ ...one, action: 'allow' as const })),
    { protocol: ANY, fromPort: 0, toPort: 65_535, action: 'deny' as const },
  ];
  if (rules.length > BLOCK || first + BLOCK > BASE_RULE)
    throw new Error(`${rules.length} rules for ${cidr} do not fit into a network ACL`);
  return [false, true].flatMap((egress) =>
    rules.map(({ action, protocol, fromPort, toPort }, offset) => ({
      number: first + offset,
      egress,
      action,
      protocol,
      cidr,
      fromPort,
      toPort,
    })),
  );
}

/** Each pair of clusters once, in the order of their names, so that a second call finds what the first one made. Pure. */
export function pairs<T extends { cluster: string }>(networks: readonly T[]): [T, T][] {
  const sorted = [...networks].sort((a, b) => a.cluster.localeCompare(b.cluster));
  return sorted.flatMap((one, index) => sorted.slice(index + 1).map((other): [T, T] => [one, other]));
}
