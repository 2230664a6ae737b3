import type { Quarantine, Quarantined } from '../model/quarantine.ts';
import { combineVerdicts, type TestVerdict, type Verdict } from '../model/verdict.ts';
import { isInForce, reasonOf } from './waivers.ts';

/**
 * Marks each test that a quarantine names; one that is named twice has the entry that holds longest. `now` in milliseconds since the
 * epoch; an entry holds to the end of its day. Marks of before are replaced, so that a second call changes nothing.
 */
export function markQuarantined(
  tests: readonly TestVerdict[],
  entries: readonly Quarantine[],
  now: number,
): TestVerdict[] {
  return tests.map(({ quarantine: _before, ...test }) => {
    const [entry] = entries
      .filter((one) => one.test === test.id)
      .toSorted((a, b) => b.expires.localeCompare(a.expires));
    if (!entry) return test;
    const { test: _id, ...terms } = entry;
    return { ...test, quarantine: { ...terms, holds: isInForce(terms, now) } satisfies Quarantined };
  });
}

/**
 * Whether a test has a say in its run's verdict. What is in quarantine has none, neither against the mesh nor for it: a pass of a test
 * that nobody trusts shows as little as a failure of it. `broken` is never let pass: the environment, or Meshproof, failed, perhaps
 * with a fault left behind, and that is not about the test.
 */
export function decides({ quarantine, verdict }: TestVerdict): boolean {
  return quarantine?.holds !== true || verdict === 'broken';
}

/**
 * The verdict of a run, from the tests that have a say in it. A quarantine takes a test out of what the run shows, as leaving it out by
 * `--suite` would, so the others alone can make it `passed`; the run then names what it does not answer for, and is not complete.
 */
export function verdictOfRun(tests: readonly TestVerdict[]): { verdict: Verdict; quarantined: string[] } {
  const silent = tests.filter((test) => !decides(test) && test.verdict !== 'passed');
  return {
    verdict: combineVerdicts(tests.filter(decides).map(({ verdict }) => verdict)),
    quarantined: silent.map(({ id }) => id),
  };
}

/** What a report says of a test's quarantine; undefined where there is none. */
export function quarantineNote({ quarantine, verdict }: TestVerdict): string | undefined {
  if (!quarantine) return undefined;
  const { expires, holds } = quarantine;
  const why = reasonOf(quarantine);
  if (!holds) return `its quarantine EXPIRED on ${expires}: ${why}`;
  if (verdict === 'broken') return `in quarantine until ${expires}, which does not cover broken: ${why}`;
  return `in quarantine until ${expires}, does not decide the verdict: ${why}`;
}
