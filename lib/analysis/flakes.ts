import type { HistoryEntry } from '../model/history.ts';
import { type Flake, VERDICTS, type Verdict } from '../model/verdict.ts';

/**
 * Tests of a run whose verdicts differ over the runs with the same inputs, by id. Any difference counts: a verdict that comes and goes
 * while nothing was changed is one that nobody can rely on. Runs with other inputs say nothing: there the mesh may have changed.
 */
export function findFlakes(entries: readonly HistoryEntry[], now: HistoryEntry): Flake[] {
  const runs = [...entries.filter(({ run }) => run !== now.run), now].filter(
    ({ inputs }) => inputs === now.inputs,
  );
  return Object.keys(now.tests)
    .toSorted()
    .flatMap((id) => {
      const verdicts = runs.flatMap(({ tests }) => tests[id] ?? []);
      if (new Set(verdicts).size < 2) return [];
      return [{ id, runs: verdicts.length, counts: countVerdicts(verdicts) }];
    });
}

/** How often each verdict occurs. */
export function countVerdicts(verdicts: readonly Verdict[]): Record<Verdict, number> {
  const counts = { passed: 0, failed: 0, inconclusive: 0, 'not-applicable': 0, broken: 0 };
  for (const verdict of verdicts) counts[verdict] += 1;
  return counts;
}

/** A test's record in words: `passed 12 of 14 runs with the same inputs (1 failed, 1 inconclusive)`. */
export function recordWords({ runs, counts }: Flake): string {
  const others = VERDICTS.filter((verdict) => verdict !== 'passed' && counts[verdict] > 0);
  const words = others.map((verdict) => `${counts[verdict]} ${verdict}`).join(', ');
  return `passed ${counts.passed} of ${runs} runs with the same inputs (${words})`;
}
