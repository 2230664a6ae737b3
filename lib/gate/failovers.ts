import { compareFailovers } from '../analysis/compare/failover.ts';
import type { FailoverComparison } from '../model/comparison.ts';
import type { Budgets } from '../model/environment.ts';
import type { RunVerdict } from '../model/verdict.ts';
import { seededRandom } from '../run/shuffle.ts';

/** Which budget a test of the suite `failover` is judged by, by the name of its file. */
const BUDGET_OF: Record<string, keyof Budgets['failover']> = {
  'node-kill': 'nodeKill',
  'link-partition': 'linkPartition',
};

/**
 * Compares what the same faults came to on both sides: the failover time of each test of the suite `failover` that was judged,
 * against its budget. A test that failed without a time never failed over; one that was not judged says nothing.
 */
export function failoversOf(
  from: RunVerdict,
  to: RunVerdict,
  { budgets, seed }: { budgets: Budgets['failover']; seed: number },
): FailoverComparison[] {
  const faults = Object.keys(BUDGET_OF).filter((fault) =>
    [from, to].some((run) => testOf(run, fault) !== undefined),
  );
  const random = seededRandom(seed);
  return faults.map((fault) => {
    const key = BUDGET_OF[fault];
    const resolutions = [from, to].map((run) => testOf(run, fault)?.figures['resolutionMs'] ?? 0);
    const given = {
      fault,
      from: timesOf(from, fault),
      to: timesOf(to, fault),
      budgetMs: key === undefined ? 0 : budgets[key].failoverMs,
      resolutionMs: Math.max(...resolutions),
    };
    return compareFailovers(given, { faults: faults.length, random });
  });
}

const testOf = ({ tests }: RunVerdict, fault: string) =>
  tests.find(({ id }) => id.startsWith(`failover/${fault}:`));

function timesOf(run: RunVerdict, fault: string): (number | null)[] {
  const test = testOf(run, fault);
  if (test === undefined || (test.verdict !== 'passed' && test.verdict !== 'failed')) return [];
  return [test.figures['failoverMs'] ?? null];
}
