import type { Backend } from '../run/backend.ts';
import type { Changes } from '../run/changes.ts';

/** What a defect works with: the lab, and changes that are journalled and undone whatever dies. */
export type DefectLab = Omit<Backend, 'changes'> & { changes: Changes };

/**
 * Something that is wrong with a mesh, planted on purpose to see whether the suites notice: the mutation test of
 * the harness. One file each in `defects/`.
 */
export interface Defect {
  /** Name of its file. */
  id: string;
  /** What an operator did or what happened, in one sentence. */
  title: string;
  /** Suites that must turn red, as paths below `suites/`: `mtls/plaintext`. Any one of them is the right catch. */
  caughtBy: readonly string[];
  /** Part of the reason that a red suite must give: it names the cause. */
  says: RegExp;
  /** Why people miss it: what `kubectl get pods` and `istioctl analyze` say meanwhile. */
  silent: string;
  /** Made through `lab.changes` only, so that a sweep can undo it. */
  plant(lab: DefectLab): Promise<void>;
  /**
   * What was observed, in words, once the defect has its effect; undefined while it has not. Polled for up to a minute.
   * Independent of the suites: another way of looking than theirs.
   */
  bites(lab: DefectLab): Promise<string | undefined>;
  /** Undoes it; `lab.changes.revert()` and what else it takes to be whole again (a wait for an event). Idempotent. */
  heal(lab: DefectLab): Promise<void>;
}
