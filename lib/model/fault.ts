/** A described harm with targets and a deadline. */
export type FaultSpec = NodeKillSpec | LinkPartitionSpec;

/** Power loss of one node: its container is killed without warning. */
export interface NodeKillSpec {
  kind: 'node-kill';
  cluster: string;
  /** Kubernetes name of the node. */
  node: string;
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
  mechanism: 'docker' | 'nftables';
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
