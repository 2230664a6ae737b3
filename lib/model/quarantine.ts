import type { ExceptionTerms } from './invariants.ts';

/** On whose responsibility, and until when, a test does not decide the verdict of a run. */
export interface QuarantineTerms extends ExceptionTerms {
  owner: string;
}

/** A test that is known not to be reliable: it runs, is shown, and does not decide until a date. */
export interface Quarantine extends QuarantineTerms {
  /** Its id, exactly as `verify --list` shows it: a quarantine must not spread. */
  test: string;
}

/** What a run found of a test's quarantine. */
export interface Quarantined extends QuarantineTerms {
  /** False from the day after `expires`: the test decides again. */
  holds: boolean;
}
