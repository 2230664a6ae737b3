import type { FaultSpec } from '../../lib/model/fault.ts';
import { attachToTransitGateway, type MadeCluster, makeHealthCheck, makeNetworks } from './faults-lab.ts';

/** A fault of AWS that is taken through its life, and what it needs. */
export interface FaultCase {
  name: string;
  spec: FaultSpec;
  /** One network ACL for both zones of a cluster. */
  sharedAcl?: boolean;
  prepare?(clusters: { east: MadeCluster; west: MadeCluster }): Promise<void>;
  /** The calls by which its dead-man takes it back. */
  undoneBy: string[];
}

const link = { from: 'west', to: 'east' };
const zone = { cluster: 'east', zone: 'eu-central-1b' };
const node = { cluster: 'east', node: 'ip-10-10-1-10.eu-central-1.compute.internal' };

export const FAULT_CASES: FaultCase[] = [
  {
    name: 'a link is cut by a network ACL',
    spec: { kind: 'link-partition', ...link, by: 'network-acl' },
    undoneBy: ['ec2:deleteNetworkAclEntry', 'ec2:deleteNetworkAclEntry'],
  },
  {
    name: 'a link is cut by a network ACL, both ways',
    spec: { kind: 'link-partition', ...link, by: 'network-acl', bothWays: true },
    undoneBy: Array.from({ length: 4 }, () => 'ec2:deleteNetworkAclEntry'),
  },
  {
    name: 'a link is cut by a security group',
    spec: { kind: 'link-partition', ...link, by: 'security-group' },
    undoneBy: ['ec2:authorizeSecurityGroupIngress', 'ec2:authorizeSecurityGroupIngress'],
  },
  {
    name: 'a zone is cut off by its network ACL',
    spec: { kind: 'zone-outage', ...zone },
    undoneBy: ['ec2:deleteNetworkAclEntry', 'ec2:deleteNetworkAclEntry'],
  },
  {
    name: 'a zone is cut off by a network ACL that serves others too',
    spec: { kind: 'zone-outage', ...zone, by: 'network-acl' },
    sharedAcl: true,
    undoneBy: ['ec2:deleteNetworkAclEntry', 'ec2:deleteNetworkAclEntry'],
  },
  {
    name: 'a zone is cut off by a security group',
    spec: { kind: 'zone-outage', ...zone, by: 'security-group' },
    undoneBy: ['ec2:modifyNetworkInterfaceAttribute', 'ec2:deleteSecurityGroup'],
  },
  {
    name: 'routes lead to nobody',
    spec: { kind: 'route-black-hole', ...link },
    undoneBy: ['ec2:deleteRoute', 'ec2:deleteRoute', 'ec2:deleteNetworkInterface'],
  },
  {
    name: 'routes over a peering are gone',
    spec: { kind: 'peering-route-removal', ...link },
    undoneBy: ['ec2:createRoute'],
  },
  {
    name: 'an attachment has no route table',
    spec: { kind: 'transit-gateway-disassociation', cluster: 'east' },
    prepare: ({ east }) => attachToTransitGateway(east),
    undoneBy: ['ec2:associateTransitGatewayRouteTable'],
  },
  {
    name: 'a health check is inverted',
    spec: { kind: 'health-check-inversion', cluster: 'east' },
    prepare: () => makeHealthCheck('east'),
    undoneBy: ['route53:updateHealthCheck'],
  },
  {
    name: 'a node loses power',
    spec: { kind: 'node-kill', ...node },
    undoneBy: ['ec2:startInstances'],
  },
  {
    name: 'an experiment of FIS stops a node',
    spec: { kind: 'node-kill', ...node, by: 'fis' },
    undoneBy: ['ec2:startInstances', 'fis:deleteExperimentTemplate'],
  },
  {
    name: 'a node shuts down',
    spec: { kind: 'node-reboot', ...node },
    undoneBy: ['ec2:startInstances'],
  },
];

/** The networks that a case takes place in. */
export async function networksOf({ sharedAcl = false, prepare }: FaultCase) {
  const made = await makeNetworks({ sharedAcl });
  await prepare?.(made);
  return { ...made, clusters: [made.east, made.west] };
}
