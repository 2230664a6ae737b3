import type { AwsPlace } from '../../../model/aws.ts';
import type { MeshPort } from '../../../model/mesh-port.ts';
import type { Log } from '../../../support/log.ts';

/** One cluster's part of the network, as its stack made it: what links are made of. */
export interface ClusterNetwork {
  cluster: string;
  place: AwsPlace;
  vpcId: string;
  vpcCidr: string;
  /** One in each zone, where a Transit Gateway is attached: apart from the nodes, whose network ACL would not judge it otherwise. */
  subnetIds: readonly string[];
  /** Route tables of the subnets that nodes and gateways are in. */
  routeTableIds: readonly string[];
  /** Of the nodes and the gateways on them. */
  nodeSecurityGroupId: string;
  /** Of the API server's network interfaces (the cluster's security group). */
  apiSecurityGroupId: string;
  /** Of all subnets of the VPC: a network ACL of ours, whose own entries let everything pass at {@link BASE_RULE}, both ways. */
  networkAclId: string;
}

/** What links are made with. */
export interface LinkContext {
  log: Log;
  /** Aborted by Ctrl-C: work ends after the call that is on its way, and another call goes on from there. */
  signal: AbortSignal;
  /** What the mesh's clusters must reach in each other (the driver says it). */
  ports: readonly MeshPort[];
  /** When what is made expires. */
  expires: Date;
  /** Run that makes them, where it is one. */
  run?: string;
}

/** Rule numbers of network ACLs: faults use those below {@link LINK_RULES}, links those from there on, the stack's own rule comes last. */
export const LINK_RULES = 1000;
/** Number of the rule in each direction that lets pass what no earlier one decided. */
export const BASE_RULE = 32_000;
