import type { AwsHarm } from './aws-fault.ts';
import type { FaultSpec, Lie } from './fault.ts';
import type { NodeAccess } from './lab.ts';

/** One thing that a fault touches, resolved to where it lives. */
export interface FaultTarget {
  cluster: string;
  node: string;
  /** What commands get into it by, as in LabNode. */
  container: string;
  /** The chains of the fault's own nftables table there, where it has one. */
  chains?: string;
  /** Its address on the engine's network, where the mechanism needs it. */
  address?: string;
}

/** What a relay in each target is: it listens, holds what it gets, and passes it on. */
export type RelaySetup = LinkRelay | DnsRelay;

interface RelayCommon {
  image: string;
  /** Where it listens in the node. */
  port: number;
  delayMs: number;
  jitterMs: number;
  /** Connections that it is to see from their beginning: arguments of `conntrack -D`, each of which is forgotten. */
  forget: readonly string[];
}

/** Passes connections on to a port of the target's own. */
export interface LinkRelay extends RelayCommon {
  program: 'link';
  toPort: number;
}

/** Passes DNS questions on to the cluster's resolvers, or answers them wrongly by itself. */
export interface DnsRelay extends RelayCommon {
  program: 'dns';
  resolver: string;
  /** What is asked for to see whether it bites. */
  name: string;
  /** What is said of that name, and of all below it; the truth when left out. */
  lie?: Lie;
}

/** A few packets of ours that a rule of a fault must count: a shell command in the container of a node. */
export interface Knock {
  container: string;
  command: string;
}

/** What faults are carried out with on AWS, by the API alone. */
export const AWS_MECHANISMS = [
  'ec2',
  'network-acl',
  'security-group',
  'vpc-route',
  'transit-gateway',
  'route53',
  'fis',
] as const;
export type AwsMechanismName = (typeof AWS_MECHANISMS)[number];

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
  | 'relay'
  | 'authority'
  | AwsMechanismName;

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
  /** Where it is carried out by the API of AWS. */
  aws?: AwsHarm;
  /** It harms so long after it was injected; the deadline is as much later. */
  leadMs?: number;
  /** Milliseconds since the epoch; past it the dead-man reverts. */
  deadline: number;
  access: NodeAccess;
}

/** What stands in the journal: one line for each step of a fault's life, written before the step is taken. */
export interface JournalEntry {
  at: number;
  fault: string;
  step: 'intent' | 'armed' | 'inject' | 'effect-proven' | 'revert' | 'reverted' | 'revert-failed';
  plan?: FaultPlan;
  detail?: string;
}
