import type { Lab } from './lab.ts';

/**
 * Phases of a run, in their order: tests side by side, tests that must be alone, faults, and what looks back on the
 * whole run.
 */
export const PHASES = ['conformance', 'exclusive', 'disruptive', 'last'] as const;
export type Phase = (typeof PHASES)[number];

/** The runner's project, and the tag, of tests of the first phase that do little but wait for time to pass. */
export const WAITING = 'waiting';

/** `core` is what every multi-cluster mesh must do; `extended` is everything. */
export const PROFILES = ['core', 'extended'] as const;
export type Profile = (typeof PROFILES)[number];

/** One test that a run is to make. */
export interface PlannedTest {
  /** As in the verdict: `<capability>/<file>: <title>`. */
  id: string;
  /** Folder under suites/. */
  capability: string;
  title: string;
  /** Absolute path. */
  file: string;
  phase: Phase;
  profile: Profile;
  /** Capabilities of mesh or provider without which it is not applicable. */
  needs: string[];
}

/** Inputs of one invocation, written before its first test; its path is in MESHPROOF_RUN for the workers. */
export interface RunManifest {
  id: string;
  command: string;
  startedAt: string;
  /** Decides the order of the tests. */
  seed: number;
  /** Folder of the report (absolute): verdict.json, junit.xml, summary.md, allure-results/, allure-report/. */
  output: string;
  lab: Lab;
  /** Seconds by stage, as far as they ran before the suites. */
  stages: Record<string, number>;
  world: 'lab' | 'fake';
  /** Everything that is to run; a test that leaves no result is `broken`: did not run. */
  tests?: PlannedTest[];
  profile?: Profile;
  /** What a user asked for of the profile; left out by what makes no conformance report. */
  selection?: { suites: readonly string[]; grep?: string };
  /** Hash of the program and the suites that judged. */
  code?: string;
  /** Clusters that calls are made from; all when left out. */
  callers?: string[];
}
