import type { Comparison, FailoverComparison } from './comparison.ts';
import type { WaiverTerms } from './invariants.ts';
import type { OutcomeClass } from './observation.ts';
import type { RunVerdict, Verdict } from './verdict.ts';

/** May the candidate be rolled out? Exit codes as for verdicts: 0, 1, 2, 3. */
export const DECISIONS = ['GO', 'NO-GO', 'INCONCLUSIVE', 'BROKEN'] as const;
export type Decision = (typeof DECISIONS)[number];

/** Where a finding comes from, in the order in which a reader needs them. */
export const FINDING_SOURCES = [
  'environment',
  'conformance',
  'preflight',
  'traffic',
  'comparison',
  'failover',
  'evidence',
] as const;
export type FindingSource = (typeof FINDING_SOURCES)[number];

/**
 * What a finding does to the decision: `against` the candidate was shown to be worse, `broken` the environment or Meshproof
 * failed, `unsettled` the evidence carries no decision, `for` it speaks for the candidate, `note` decides nothing, and a reader
 * must know it.
 */
export const FINDING_WEIGHTS = ['against', 'broken', 'unsettled', 'for', 'note'] as const;
export type FindingWeight = (typeof FINDING_WEIGHTS)[number];

/** One fact, as a sentence that names what it is about. */
export interface GateFinding {
  source: FindingSource;
  weight: FindingWeight;
  words: string;
}

/** Lets a finding of a gate pass until a date, on somebody's responsibility. */
export interface GateWaiver extends WaiverTerms {
  owner: string;
}

/** What runs now, or the candidate. */
export interface GateSide {
  /** As the user named it: `istio 1.31.0`, `values/canary.yaml`. */
  label: string;
  /** Its conformance run; null where there was none. */
  run: string | null;
  verdict: Verdict | null;
  versions: Record<string, string>;
}

export const PROMISE_CHANGES = ['same', 'broken', 'broken-before', 'not-shown', 'mended'] as const;
/**
 * From what runs now to the candidate: `same` both times kept, or not applicable; `broken` the candidate failed; `broken-before`
 * both failed; `not-shown` the candidate's run does not say; `mended` the candidate keeps what was not shown to be kept.
 */
export type PromiseChangeKind = (typeof PROMISE_CHANGES)[number];

/** One promise in both runs; null where a run does not have it. */
export interface PromiseChange {
  id: string;
  change: PromiseChangeKind;
  from: Verdict | null;
  to: Verdict | null;
  /** The candidate's reason; the other's where it has none. */
  reason: string;
}

export const TRAFFIC_PHASES = ['upgrade', 'rollback'] as const;
export type TrafficPhase = (typeof TRAFFIC_PHASES)[number];

export const LOSS_CAUSES = ['mesh', 'machine', 'harness', 'unknown'] as const;

/** A call that was lost while versions changed. */
export interface DroppedCall {
  /** ISO 8601, UTC. */
  at: string;
  phase: TrafficPhase;
  /** What was being done: `data plane of east`. */
  step: string;
  /** Who called whom: `cart in west → payments in east, http`. */
  path: string;
  outcome: Exclude<OutcomeClass, 'ok'>;
  /**
   * By the mesh, by the machine that measures or by Meshproof's own workloads (`harness`), neither of which says anything of the
   * mesh, or nobody knows. `renewal`: by the end of a proxy that was replaced, the one of this pod (`east/gateway-1`); in the upgrade it
   * is what runs now that ends, on the way back the candidate.
   */
  cause: { by: (typeof LOSS_CAUSES)[number]; words: string; renewal?: string };
}

/** A pod on the way of calls that was told to end: `east/gateway-1`. */
export interface EndedPod {
  pod: string;
  role: 'gateway' | 'workload';
}

/** Calls on every path while versions changed, and all that were lost. */
export interface TrafficEvidence {
  phases: { phase: TrafficPhase; calls: number; ended: EndedPod[] }[];
  dropped: DroppedCall[];
}

/** A figure of what runs now, beside what it was in earlier gates of the same environment. */
export interface BaselineFigure {
  /** As in the comparison: `p99Ms cross-cluster http`. */
  name: string;
  now: number;
  /** How many earlier gates have it; the rest is null without one. */
  gates: number;
  median: number | null;
  least: number | null;
  most: number | null;
}

/** Everything that a gate decides from. */
export interface GateEvidence {
  run: string;
  startedAt: string;
  endedAt: string;
  command: string;
  seed: number;
  from: { label: string; conformance: RunVerdict | undefined };
  to: { label: string; conformance: RunVerdict | undefined };
  traffic: TrafficEvidence | undefined;
  comparison: Comparison | undefined;
  failovers: FailoverComparison[];
  /** Of the pre-flight, and of what failed on the way. */
  findings: GateFinding[];
  waivers: GateWaiver[];
  /** Figures of what runs now in earlier gates, oldest first; left out without a history. */
  earlier?: Record<string, number>[];
}

/** The machine-readable result of a gate (`gate.json`). */
export interface GateResult {
  schema: 'meshproof.dev/gate/v1';
  run: string;
  environment: string;
  startedAt: string;
  endedAt: string;
  from: GateSide;
  to: GateSide;
  decision: Decision;
  exitCode: number;
  /** The facts that decided: three at most, the worst of each source first. */
  decidedBy: GateFinding[];
  /** How many more there are of that weight. */
  alsoDecided: number;
  /** Everything that was found and not waived. */
  findings: GateFinding[];
  promises: { counts: Record<PromiseChangeKind, number>; changed: PromiseChange[] };
  traffic: TrafficEvidence | null;
  comparison: Comparison | null;
  failovers: FailoverComparison[];
  /** Empty for a gate that was given no history. They decide nothing: machines differ more than versions do. */
  baselines: BaselineFigure[];
  waivers: {
    applied: { waiver: GateWaiver; finding: string }[];
    expired: { waiver: GateWaiver; finding: string }[];
    unused: GateWaiver[];
  };
  /** What a reader must know that decides nothing. */
  warnings: string[];
  reproduce: { command: string; seed: number };
}
