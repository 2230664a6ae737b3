import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../lib/support/paths.ts';
import type { TestVerdict } from '../lib/model/verdict.ts';
import type { Defect } from './fake/defects.ts';

/** A suite of the product, run with a defect planted, and what its verdict must say. */
export interface Planted {
  /** `dns/headless` */
  suite: string;
  defect: Defect;
  /** Part of the reason: it must name the cause. */
  says: string | RegExp;
}

/** Not applicable in memory, or to the mesh of the fake lab and its two clusters. */
export function isLeftOut({ verdict, reason }: TestVerdict): boolean {
  return (
    verdict === 'not-applicable' &&
    /self-tests' world|is same-zone of a worker|in this environment lacks|take three|\(mcs\)|^(access-log|proxy-metrics): /.test(
      reason,
    )
  );
}

/** Every suite of the product, by its path below `suites/`. */
export async function productSuites(): Promise<Record<string, string>> {
  const suites: Record<string, string> = {};
  const folder = join(projectRoot, 'suites');
  for await (const file of glob('**/*.spec.ts', { cwd: folder })) {
    suites[file] = await readFile(join(folder, file), 'utf8');
  }
  return suites;
}

/** The suites of these cases, each in a file of its own that plants its defect before the test. */
export async function plantedSuites(cases: readonly Planted[]): Promise<Record<string, string>> {
  const known = await productSuites();
  return Object.fromEntries(
    cases.map(({ suite, defect }) => {
      const source = known[`${suite}.spec.ts`];
      if (source === undefined) throw new Error(`no suite ${suite}`);
      return [`${suite}--${defect}.spec.ts`, `${source}\n${plant(defect)}`];
    }),
  );
}

/**
 * Code for the end of a suite: its tests find the fake world with this defect. That they fail is expected, or the runner
 * would start a new worker after each of them; the verdict is read from their errors and knows nothing of it.
 */
export function plant(defect: string): string {
  return `test.beforeEach(() => { process.env['MESHPROOF_FAKE_DEFECTS'] = '${defect}'; test.fail(); });\n`;
}

/** A case in words. */
export function nameOf({ suite, defect }: Planted): string {
  return `${suite} with ${defect}`;
}

/** The verdict of a planted suite's one test. */
export function verdictOf(
  tests: readonly TestVerdict[],
  { suite, defect }: Planted,
): TestVerdict | undefined {
  return tests.find(({ id }) => id.startsWith(`${suite}--${defect}: `));
}
