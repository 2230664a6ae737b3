import type { Quarantined } from './quarantine.ts';

/** DESIGN.md §2. Only `passed` is ever counted as a pass. */
export const VERDICTS = ['passed', 'failed', 'inconclusive', 'not-applicable', 'broken'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Verdict of one test, with the reason that a person reads. */
export interface TestVerdict {
  /** Stable name: folder, file and title, independent of the order of the run. */
  id: string;
  /** Folder under suites/: discovery, dns, mtls, latency, failover … */
  capability: string;
  title: string;
  verdict: Verdict;
  /** Why it is not `passed`; empty for a pass. */
  reason: string;
  durationMs: number;
  /** Measured figures, by name with the unit in it (`failoverMs`). */
  figures: Record<string, number>;
  /** There when the environment's file names it in `quarantine`. */
  quarantine?: Quarantined;
}

/** A test whose verdicts differ over runs with the same inputs, this one among them. */
export interface Flake {
  id: string;
  /** Runs with the same inputs in which it ran. */
  runs: number;
  counts: Record<Verdict, number>;
}

/** The machine-readable result of a run (`verdict.json`). */
export interface RunVerdict {
  schema: 'meshproof.dev/verdict/v1';
  run: string;
  environment: string;
  startedAt: string;
  endedAt: string;
  verdict: Verdict;
  exitCode: number;
  counts: Record<Verdict, number>;
  /** Names and versions of everything that took part. */
  versions: Record<string, string>;
  /** Seconds by stage of the run (engine, images, clusters, mesh, suites …). */
  stages: Record<string, number>;
  tests: TestVerdict[];
  /** Ids of tests that did not pass and did not decide the verdict: they are in quarantine. */
  quarantined?: string[];
  /** Tests with differing verdicts in the history that the run was given; there when it was given one. */
  flaky?: Flake[];
  /** Requests to API servers, by what made them (`suites`; `run` for what comes before and after) and by cluster. */
  apiCalls?: Record<string, Record<string, number>>;
  /** Seal of the conformance report: the last hash of its chain. */
  seal?: string;
}

/**
 * The verdict of a run from those of its tests. A shown failure outranks everything; then what made the run
 * unable to judge. A run in which nothing passed has shown nothing.
 */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  for (const worst of ['failed', 'broken', 'inconclusive'] as const) {
    if (verdicts.includes(worst)) return worst;
  }
  return verdicts.includes('passed') ? 'passed' : 'inconclusive';
}
