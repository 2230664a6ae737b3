/** A described harm with targets and a deadline. */
export type FaultSpec =
  | NodeKillSpec
  | NodeRebootSpec
  | NodeTerminateSpec
  | NodePauseSpec
  | ZoneOutageSpec
  | ClusterOutageSpec
  | ServiceStopSpec
  | ProcessFreezeSpec
  | ProcessSlowSpec
  | WorkloadOutageSpec
  | PodSpec
  | ApiOutageSpec
  | CertificateExpirySpec
  | BadRootSpec
  | LinkPartitionSpec
  | NodePartitionSpec
  | LinkLossSpec
  | LinkBandwidthSpec
  | LinkLatencySpec
  | MtuBlackHoleSpec
  | RouteSpec
  | TransitDisassociationSpec
  | HealthCheckInversionSpec
  | DnsLossSpec
  | DnsLatencySpec
  | DnsWrongAnswersSpec
  | ConntrackFullSpec
  | CpuPressureSpec
  | MemoryPressureSpec
  | DiskPressureSpec;

export type FaultKind = FaultSpec['kind'];

/** What may be broken in an environment, and how much of it at a time. */
export interface FaultLimits {
  /** Kinds that are never injected. */
  deny: readonly FaultKind[];
  /** Share of the nodes of each cluster, of all zones, and of all clusters, that faults may touch together; 0..1. */
  nodes: number;
  zones: number;
  clusters: number;
}

/** Faults that the suites of failover inject, and know how to measure. */
export type FailoverSpec = NodeKillSpec | LinkPartitionSpec;

/** Faults that suites inject. */
export type SuiteSpec = FailoverSpec | HealthCheckInversionSpec;

/** Power loss of one node: its container is killed without warning. */
export interface NodeKillSpec {
  kind: 'node-kill';
  cluster: string;
  /** Kubernetes name of the node. */
  node: string;
  /** On AWS only: an experiment of AWS FIS stops it, and starts it again by itself; Meshproof's own calls when left out. */
  by?: 'fis';
}

/** A node shuts down in good order, and starts again when the fault ends. */
export interface NodeRebootSpec {
  kind: 'node-reboot';
  cluster: string;
  node: string;
}

/** A node is gone for good, with its disks; whoever manages the nodes of its cluster brings another. */
export interface NodeTerminateSpec {
  kind: 'node-terminate';
  cluster: string;
  node: string;
}

/** A gray failure: everything on one node stops, and its connections stay open. */
export interface NodePauseSpec {
  kind: 'node-pause';
  cluster: string;
  node: string;
}

/**
 * Firewalls of AWS: a network ACL knows no connections, so that established flows break too; a security group does, and only
 * new flows break.
 */
export const FIREWALLS = ['network-acl', 'security-group'] as const;
export type Firewall = (typeof FIREWALLS)[number];

/** Everything on the nodes of one zone stops, control plane included where it is there; on AWS the zone is cut off. */
export interface ZoneOutageSpec {
  kind: 'zone-outage';
  cluster: string;
  zone: string;
  /** On AWS only: what cuts it off; a network ACL when left out. */
  by?: Firewall;
}

/** Everything on all nodes of one cluster stops: the case that disaster recovery is for. */
export interface ClusterOutageSpec {
  kind: 'cluster-outage';
  cluster: string;
}

/** A service of one node is stopped; the containers go on. */
export interface ServiceStopSpec {
  kind: 'kubelet-stop' | 'runtime-stop';
  cluster: string;
  node: string;
}

/** Programs of the control planes, and what passes traffic between clusters: each is one container wherever it runs. */
export const FREEZABLE = ['etcd', 'api-server', 'istiod', 'coredns', 'gateway'] as const;
export type Freezable = (typeof FREEZABLE)[number];

/** All copies of a program in one cluster stop (SIGSTOP): it answers nothing, and nobody is told that it is gone. */
export interface ProcessFreezeSpec {
  kind: 'process-freeze';
  cluster: string;
  program: Freezable;
}

/** All copies of a program in one cluster stand still over and over, and go on for a moment in between: what they answer is late. */
export interface ProcessSlowSpec {
  kind: 'process-slow';
  cluster: string;
  program: Freezable;
  /** So long they stand still each time, milliseconds. */
  delayMs: number;
}

/** Programs of a control plane, and gateways, that are Deployments. */
export const SCALABLE = ['istiod', 'coredns', 'gateway'] as const;
export type Scalable = (typeof SCALABLE)[number];

/** All copies of a program in one cluster go, in good order, and none comes back before the end. */
export interface WorkloadOutageSpec {
  kind: 'workload-outage';
  cluster: string;
  program: Scalable;
}

/** All pods with a label `app` in one namespace: killed at once, or their containers killed whenever they run. */
export interface PodSpec {
  kind: 'pod-kill' | 'pod-crash-loop';
  cluster: string;
  namespace: string;
  app: string;
}

/** The API server of a cluster refuses every connection, those that are open too. */
export interface ApiOutageSpec {
  kind: 'api-outage';
  cluster: string;
}

/** The certificate authority of a cluster's mesh expires, and with it every certificate that it has issued. */
export interface CertificateExpirySpec {
  kind: 'certificate-expiry';
  cluster: string;
}

/** The mesh of a cluster is given another root, which signs from then on, and which no other cluster trusts. */
export interface BadRootSpec {
  kind: 'bad-root';
  cluster: string;
}

/** Every kind, in the order in which they are listed. */
export const FAULT_KINDS = [
  'node-kill',
  'node-reboot',
  'node-terminate',
  'node-pause',
  'zone-outage',
  'cluster-outage',
  'kubelet-stop',
  'runtime-stop',
  'process-freeze',
  'process-slow',
  'workload-outage',
  'pod-kill',
  'pod-crash-loop',
  'api-outage',
  'certificate-expiry',
  'bad-root',
  'link-partition',
  'node-partition',
  'link-loss',
  'link-bandwidth',
  'link-latency',
  'mtu-black-hole',
  'route-black-hole',
  'peering-route-removal',
  'transit-gateway-disassociation',
  'health-check-inversion',
  'dns-loss',
  'dns-latency',
  'dns-wrong-answers',
  'conntrack-full',
  'cpu-pressure',
  'memory-pressure',
  'disk-pressure',
] as const satisfies readonly FaultKind[];

/** What a link carries (DESIGN.md §1). */
export const PLANES = ['data', 'control', 'dns'] as const;
export type Plane = (typeof PLANES)[number];

/** Packets from the nodes of one cluster to those of another are dropped on arrival; one direction only unless it says otherwise. */
export interface LinkPartitionSpec {
  kind: 'link-partition';
  from: string;
  to: string;
  /** Only what belongs to this plane; all planes when left out. */
  plane?: Plane;
  bothWays?: boolean;
  /** On AWS only: a firewall between the VPCs, in place of packet rules in the nodes. */
  by?: Firewall;
}

/** One node and the rest of the world lose each other, in one plane or in all. */
export interface NodePartitionSpec {
  kind: 'node-partition';
  cluster: string;
  node: string;
  plane?: Plane;
}

/** A share of the packets of a link, by chance, is dropped on arrival. */
export interface LinkLossSpec {
  kind: 'link-loss';
  from: string;
  to: string;
  percent: number;
}

/** Packets of a link beyond so many kilobits a second are dropped on arrival, for each node that they arrive at. */
export interface LinkBandwidthSpec {
  kind: 'link-bandwidth';
  from: string;
  to: string;
  kbit: number;
}

/** Packets of a link take longer, by so much, give or take the jitter. */
export interface LinkLatencySpec {
  kind: 'link-latency';
  from: string;
  to: string;
  delayMs: number;
  jitterMs?: number;
}

/** Packets of a link above a size vanish on arrival, and nobody is told. */
export interface MtuBlackHoleSpec {
  kind: 'mtu-black-hole';
  from: string;
  to: string;
  /** The largest IP packet that still passes. */
  bytes: number;
}

/**
 * What one VPC sends to another is lost: routed to where nobody is, or no longer over the peering between them.
 */
export interface RouteSpec {
  kind: 'route-black-hole' | 'peering-route-removal';
  from: string;
  to: string;
}

/** The attachment of a cluster's VPC loses its route table in the transit gateway, and with it all that it sends there. */
export interface TransitDisassociationSpec {
  kind: 'transit-gateway-disassociation';
  cluster: string;
}

/** The Route 53 health check of a cluster's gateway says the opposite of what it finds. */
export interface HealthCheckInversionSpec {
  kind: 'health-check-inversion';
  cluster: string;
}

/** A share of the DNS questions of a cluster's nodes and pods is dropped, each counted once: who asked waits and asks again. */
export interface DnsLossSpec {
  kind: 'dns-loss';
  cluster: string;
  percent: number;
}

/** DNS questions of a cluster's pods to its resolvers are answered later, by so much, give or take the jitter. */
export interface DnsLatencySpec {
  kind: 'dns-latency';
  cluster: string;
  delayMs: number;
  jitterMs?: number;
}

/** What a name is said to be that is asked for: not there; a failure of the server; an address of whoever asks. */
export const LIES = ['nxdomain', 'servfail', 'loopback'] as const;
export type Lie = (typeof LIES)[number];

/** Pods of a cluster that ask its resolvers for a name, or one below it, get a wrong answer. */
export interface DnsWrongAnswersSpec {
  kind: 'dns-wrong-answers';
  cluster: string;
  /** A full name that resolves. */
  name: string;
  answer: Lie;
}

/** New connections to and from the pods of a node are dropped, open ones go on: what a full connection table looks like. */
export interface ConntrackFullSpec {
  kind: 'conntrack-full';
  cluster: string;
  node: string;
}

/** Processes that do nothing but compute run on a node, with the weight of all its pods together. */
export interface CpuPressureSpec {
  kind: 'cpu-pressure';
  cluster: string;
  node: string;
  /** How many; default one for each processor. */
  workers?: number;
}

/** The pods of a node have little more memory together than they use just now, and something that wants all of it. */
export interface MemoryPressureSpec {
  kind: 'memory-pressure';
  cluster: string;
  node: string;
  /** What is left to them beyond their working set; in MiB; default 32. */
  leave?: number;
}

/** Processes that write to the disk of a node, and wait until it is there, as fast as they can. */
export interface DiskPressureSpec {
  kind: 'disk-pressure';
  cluster: string;
  node: string;
  /** How many; default two. Each holds 64 MiB of the disk. */
  workers?: number;
}
