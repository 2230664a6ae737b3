import type { Lab } from './lab.ts';

/** Inputs of one invocation, written before its first test; its path is in MESHPROOF_RUN for the workers. */
export interface RunManifest {
  id: string;
  command: string;
  startedAt: string;
  /** Seeds every random choice of the run. */
  seed: number;
  /** Folder of the report (absolute): verdict.json, junit.xml, summary.md, allure-results/, allure-report/. */
  output: string;
  lab: Lab;
  /** Seconds by stage, as far as they ran before the suites. */
  stages: Record<string, number>;
  /** Agents that suites call from. `world` is the real lab; `fake` the self-tests' own. */
  world: 'lab' | 'fake';
}
