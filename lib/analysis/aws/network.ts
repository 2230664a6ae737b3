import type { AwsClusterPlace, AwsFinding, ObservedPath } from '../../model/aws-check.ts';
import type { AwsNetwork } from '../../model/aws.ts';
import type { MeshPort } from '../../model/mesh-port.ts';
import { groups } from '../connectivity.ts';
import { tooOpen } from './excess.ts';
import { indexNetwork, type NetworkIndex } from './network-index.ts';
import {
  asymmetricRoutes,
  blackholedRoutes,
  blockedPorts,
  found,
  overlappingRanges,
  smallPackets,
  unknownWays,
} from './path-findings.ts';
import { type NetworkPath, pathsOf } from './reach.ts';
import { LINK_MTU, type LinkKind } from './way.ts';

/** One line of the matrix of clusters: a port of the mesh on the way from one to another, over all of their subnets. */
export interface PathSummary {
  from: string;
  to: string;
  port: number;
  protocol: MeshPort['protocol'];
  allowed: boolean;
  /** The links differ where subnets have different tables. */
  links: string[];
  kind: LinkKind;
  /** Bytes. */
  mtu: number;
}

/**
 * What the live configuration lets through between clusters, and everything about it that is wrong. Rules are evaluated for all
 * addresses of the subnets, not for a sample of them. What AWS evaluates and this does not: prefix lists, IPv6, firewalls and
 * appliances in the way, groups of load balancers.
 */
export function analyseNetwork(
  networks: readonly AwsNetwork[],
  places: readonly AwsClusterPlace[],
  ports: readonly MeshPort[],
): { findings: AwsFinding[]; paths: PathSummary[] } {
  const index = indexNetwork(networks);
  const missing = unread(index, places);
  if (missing.length > 0) return { findings: missing, paths: [] };
  const paths = pathsOf(index, places, ports);
  const findings = [
    ...blockedPorts(paths),
    ...tooOpen(index, places, ports),
    ...overlappingRanges(index, places),
    ...asymmetricRoutes(paths),
    ...blackholedRoutes(index, places),
    ...smallPackets(index, paths),
    ...unknownWays(paths),
  ];
  return { findings, paths: summaries(paths) };
}

/** Subnets and groups that a cluster has and no snapshot shows: nothing can be said of them, least of all that all is well. */
function unread(index: NetworkIndex, places: readonly AwsClusterPlace[]): AwsFinding[] {
  return places.flatMap(({ cluster, nodes, apiServer }) =>
    [nodes, apiServer].flatMap(({ subnets, securityGroups }, position) => {
      const whose = position === 0 ? 'nodes' : 'API server';
      const gone = [
        ...subnets.filter((id) => !index.subnet(id)),
        ...securityGroups.filter((id) => !index.securityGroup(id)),
        ...(subnets.length === 0 ? [`the subnets of its ${whose}`] : []),
        ...(securityGroups.length === 0 ? [`the security groups of its ${whose}`] : []),
      ];
      if (gone.length === 0) return [];
      return [
        found(
          'unknown',
          'failed',
          `${cluster}: ${gone.join(', ')} could not be read: its ways cannot be judged`,
          gone,
        ),
      ];
    }),
  );
}

function summaries(paths: readonly NetworkPath[]): PathSummary[] {
  const key = ({ from, to, port }: NetworkPath) =>
    `${from.place.cluster} ${to.place.cluster} ${port.protocol} ${port.port} ${port.to}`;
  return groups(paths, key).flatMap(([, all]) => {
    const [first] = all;
    if (!first) return [];
    const { from, to, port, there } = first;
    return [
      {
        from: from.place.cluster,
        to: to.place.cluster,
        port: port.port,
        protocol: port.protocol,
        allowed: all.every(({ denials }) => denials.length === 0),
        links: [...new Set(all.flatMap((path) => path.there.links))],
        kind: there.kind,
        mtu: LINK_MTU[there.kind],
      },
    ];
  });
}

/** Ways on which calls were seen to end otherwise than the configuration says: one of the two is not what it seems. */
export function disagreements(
  paths: readonly PathSummary[],
  observed: readonly ObservedPath[],
): AwsFinding[] {
  return observed.flatMap(({ from, to, port, reached }) => {
    const path = paths.find((one) => one.from === from && one.to === to && one.port === port);
    if (!path || path.allowed === reached) return [];
    const [says, seen] = reached ? ['denies', 'got through'] : ['allows', 'did not get through'];
    const words = `${from} → ${to} tcp ${port}: the configuration ${says} it, and calls ${seen}`;
    return [found('disagreement', 'failed', words, path.links)];
  });
}
