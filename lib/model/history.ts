import type { Verdict } from './verdict.ts';

/** One run in the history of an environment: a line of `verdicts.jsonl`. */
export interface HistoryEntry {
  schema: 'meshproof.dev/history/v1';
  run: string;
  endedAt: string;
  /** SHA-256 over everything that ought to decide the verdicts: two runs with the same one ought to agree. */
  inputs: string;
  /** Verdict of each test that ran, by its id. */
  tests: Record<string, Verdict>;
  /** Of the run's point in Allure's history. */
  allure?: string;
}
