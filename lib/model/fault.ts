/** A described harm with targets and a deadline. */
export type FaultSpec =
  | NodeKillSpec
  | NodePauseSpec
  | ZoneOutageSpec
  | ClusterOutageSpec
  | ServiceStopSpec
  | ProcessFreezeSpec
  | WorkloadOutageSpec
  | PodSpec
  | ApiOutageSpec
  | LinkPartitionSpec
  | NodePartitionSpec
  | LinkLossSpec
  | LinkBandwidthSpec
  | LinkLatencySpec
  | MtuBlackHoleSpec
  | DnsLossSpec
  | ConntrackFullSpec
  | CpuPressureSpec;

export type FaultKind = FaultSpec['kind'];

/** Faults that the suites of failover inject, and know how to measure. */
export type FailoverSpec = NodeKillSpec | LinkPartitionSpec;

/** Power loss of one node: its container is killed without warning. */
export interface NodeKillSpec {
  kind: 'node-kill';
  cluster: string;
  /** Kubernetes name of the node. */
  node: string;
}

/** A gray failure: everything on one node stops, and its connections stay open. */
export interface NodePauseSpec {
  kind: 'node-pause';
  cluster: string;
  node: string;
}

/** Everything on the nodes of one zone stops, control plane included where it is there. */
export interface ZoneOutageSpec {
  kind: 'zone-outage';
  cluster: string;
  zone: string;
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

/** A share of the DNS questions of a cluster's nodes and pods is dropped, each counted once: who asked waits and asks again. */
export interface DnsLossSpec {
  kind: 'dns-loss';
  cluster: string;
  percent: number;
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

/** One thing that a fault touches, resolved to where it lives. */
export interface FaultTarget {
  cluster: string;
  node: string;
  /** Name of the kind node's container. */
  container: string;
  /** The chains of the fault's own nftables table there, where it has one. */
  chains?: string;
  /** Its address on the engine's network, where the mechanism needs it. */
  address?: string;
}

/** What a relay in each target is: it listens, holds what it gets, and passes it on to the target's own port. */
export interface RelaySetup {
  image: string;
  port: number;
  toPort: number;
  /** Addresses whose connections go through it. */
  sources: readonly string[];
  delayMs: number;
  jitterMs: number;
}

/** A few packets of ours that a rule of a fault must count: a shell command in the container of a node. */
export interface Knock {
  container: string;
  command: string;
}

/** How a fault is carried out. */
export type MechanismName =
  | 'docker'
  | 'docker-pause'
  | 'systemd'
  | 'signal'
  | 'nftables'
  | 'scale'
  | 'delete-pods'
  | 'script'
  | 'relay';

/** The plan of a fault, complete enough that another process on another day can revert it. */
export interface FaultPlan {
  id: string;
  run: string;
  environment: string;
  spec: FaultSpec;
  mechanism: MechanismName;
  targets: FaultTarget[];
  /** In words, for `--plan` and the report. */
  blastRadius: string;
  /** What makes rules count, sent while the effect is proven: no fault of a link waits for traffic of others. */
  knocks: Knock[];
  relay?: RelaySetup;
  /** Milliseconds since the epoch; past it the dead-man reverts. */
  deadline: number;
  dockerHost: string;
}

/** What stands in the journal: one line for each step of a fault's life, written before the step is taken. */
export interface JournalEntry {
  at: number;
  fault: string;
  step: 'intent' | 'armed' | 'inject' | 'effect-proven' | 'revert' | 'reverted' | 'revert-failed';
  plan?: FaultPlan;
  detail?: string;
}
