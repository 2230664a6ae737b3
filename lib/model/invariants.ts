/** What must hold throughout a run, whatever the suites do. */
export const INVARIANTS = [
  'restarts',
  'panics',
  'rejections',
  'stale-proxies',
  'leaders',
  'clock-offset',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** One breach of an invariant. */
export interface Finding {
  invariant: Invariant;
  /** What it is about: `east kube-system/coredns-x container coredns`. */
  subject: string;
  /** What was seen, as a sentence that names the subject. */
  words: string;
}

/** Why something is let pass, and until when; never silently. */
export interface ExceptionTerms {
  reason: string;
  owner?: string;
  /** Last day on which it holds, `2026-12-31` (UTC). */
  expires: string;
}

/** Lets a finding pass until a date, for a reason; never silently. */
export interface WaiverTerms extends ExceptionTerms {
  /** A text that the finding contains. */
  match: string;
}

/** A waiver of breaches of one invariant. */
export interface Waiver extends WaiverTerms {
  invariant: Invariant;
}

/** What can be compared between the beginning and the end of a run. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  at: number;
  clusters: ClusterSnapshot[];
}

export interface ClusterSnapshot {
  cluster: string;
  containers: ContainerSnapshot[];
  leaders: LeaderSnapshot[];
  /** Why the mesh's own leaders are not among them; undefined when they are, or it has none. */
  leadersUnread?: string;
  /** Pushes that proxies turned down so far, by control-plane instance; undefined when nobody could tell. */
  rejections?: Record<string, number>;
}

export interface ContainerSnapshot {
  namespace: string;
  pod: string;
  /** Of the pod: a new pod of the same name is another one. */
  uid: string;
  node: string;
  container: string;
  restarts: number;
  /** How it ended last: `OOMKilled, exit code 137`. */
  lastEnd?: string;
}

export interface LeaderSnapshot {
  /** `kube-system/kube-scheduler`. */
  lease: string;
  holder: string;
  transitions: number;
  /** When the lease runs out unless it is renewed, milliseconds since the epoch. */
  validUntil: number;
}

/** A time in which the containers of a node end because the run broke the node. */
export interface ExpectedRestart {
  cluster: string;
  node: string;
  why: string;
}

/** A node's clock against the collector's. */
export interface NodeClock {
  cluster: string;
  node: string;
  offsetMs: number;
  uncertaintyMs: number;
}
