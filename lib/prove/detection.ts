import type { TestVerdict, Verdict } from '../model/verdict.ts';
import type { Defect } from './defect.ts';

/** Where a planted defect was noticed. */
export type Detection =
  /** A suite that is named for it turned red, and its reason names the cause. */
  | 'caught'
  /** A suite that is named for it turned red, for another reason. */
  | 'wrong reason'
  /** Only suites turned red that are not named for it. */
  | 'caught elsewhere'
  /** Nothing turned red. */
  | 'missed'
  /** The defect was never seen to have an effect: says nothing about the suites. */
  | 'did not bite'
  /** This mesh or environment has nothing that the defect could spoil. */
  | 'not applicable'
  /** The suites were not green before it was planted, or after it was healed. */
  | 'not healthy'
  /** Planting, healing or the run itself failed. */
  | 'broken';

/** One row of the detection table. */
export interface DetectionRow {
  defect: string;
  title: string;
  silent: string;
  detection: Detection;
  /** What was independently observed, and how long it took to show. */
  observed?: string;
  bitMs?: number;
  /** Suites that turned red, with the first line of their reasons. */
  red: { id: string; reason: string }[];
  /** Why it is not `caught`, in words. */
  detail?: string;
  seconds: number;
}

/** What is judged: the verdicts of the suites before, with, and after a defect. */
export interface Trial {
  before: readonly TestVerdict[];
  planted: readonly TestVerdict[];
  after: readonly TestVerdict[];
}

/** Verdicts that raise no alarm; an inconclusive or broken test does: somebody has to look. */
const QUIET: readonly Verdict[] = ['passed', 'not-applicable'];

/** Judges one trial of a defect that was seen to bite. */
export function judgeTrial(
  { caughtBy, says }: Pick<Defect, 'caughtBy' | 'says'>,
  { before, planted, after }: Trial,
): Pick<DetectionRow, 'detection' | 'red' | 'detail'> {
  const red = planted.filter(({ verdict }) => verdict === 'failed');
  const shown = red.map(({ id, reason }) => ({ id, reason: reason.split('\n')[0] ?? '' }));
  for (const [when, tests] of [
    ['before', before],
    ['after healing', after],
  ] as const) {
    const ill = tests.filter(({ verdict }) => !QUIET.includes(verdict));
    if (ill.length > 0) {
      return { detection: 'not healthy', red: shown, detail: `${when}: ${ill.map(words).join('; ')}` };
    }
  }
  const right = red.filter(({ id }) => caughtBy.some((suite) => isOf(id, suite)));
  if (right.some(({ reason }) => says.test(reason))) return { detection: 'caught', red: shown };
  if (right.length > 0) {
    return {
      detection: 'wrong reason',
      red: shown,
      detail: `no reason matches ${String(says)}: ${right.map(words).join('; ')}`,
    };
  }
  if (red.length > 0) return { detection: 'caught elsewhere', red: shown };
  const other = planted.filter(({ verdict }) => !QUIET.includes(verdict));
  return {
    detection: 'missed',
    red: [],
    detail: other.length === 0 ? 'all green' : other.map(words).join('; '),
  };
}

/** True when a test is one of a suite, given as a path below `suites/`. */
export function isOf(id: string, suite: string): boolean {
  return id.startsWith(`${suite}: `) || id.startsWith(`${suite}/`);
}

/** Exit code of a proof: 0 all caught by the right suite; 1 one was not; 2 one could not be tried; 3 broken. */
export function proofExitCode(rows: readonly DetectionRow[]): number {
  const found = new Set(rows.map(({ detection }) => detection));
  if (['wrong reason', 'caught elsewhere', 'missed'].some((bad) => found.has(bad as Detection))) return 1;
  if (found.has('broken') || found.has('not healthy')) return 3;
  const tried = rows.filter(({ detection }) => detection !== 'not applicable');
  return found.has('did not bite') || tried.length === 0 ? 2 : 0;
}

function words({ id, verdict, reason }: TestVerdict): string {
  return `${id} ${verdict}: ${reason.split('\n')[0] ?? ''}`;
}
