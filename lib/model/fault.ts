/** A described harm with targets and a deadline. */
export type FaultSpec =
  | NodeKillSpec
  | NodePauseSpec
  | ZoneOutageSpec
  | ClusterOutageSpec
  | ServiceStopSpec
  | ProcessFreezeSpec
  | LinkPartitionSpec;

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

/** Packets from the nodes of one cluster to those of another are dropped on arrival; one direction only. */
export interface LinkPartitionSpec {
  kind: 'link-partition';
  from: string;
  to: string;
}

/** One thing that a fault touches, resolved to where it lives. */
export interface FaultTarget {
  cluster: string;
  node: string;
  /** Name of the kind node's container. */
  container: string;
}

/** The plan of a fault, complete enough that another process on another day can revert it. */
export interface FaultPlan {
  id: string;
  run: string;
  environment: string;
  spec: FaultSpec;
  mechanism: 'docker' | 'docker-pause' | 'systemd' | 'signal' | 'nftables';
  targets: FaultTarget[];
  /** In words, for `--plan` and the report. */
  blastRadius: string;
  /** Addresses whose packets are dropped (link-partition). */
  sources: string[];
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
