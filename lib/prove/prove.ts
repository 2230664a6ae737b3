import { join } from 'node:path';
import type { Environment } from '../model/environment.ts';
import type { Lab } from '../model/lab.ts';
import type { PlannedTest } from '../model/run.ts';
import type { TestVerdict } from '../model/verdict.ts';
import { takeBaseline } from '../run/invariants.ts';
import { labBackend } from '../run/lab-backend.ts';
import { sweepLab } from '../run/sweep.ts';
import { type UseOptions, useEnvironment } from '../run/use-environment.ts';
import { areasFor } from '../run/verify.ts';
import { deployWorld } from '../run/world.ts';
import { describeError, MeshproofError } from '../support/errors.ts';
import type { Defect, DefectLab } from './defect.ts';
import { type DetectionRow, isOf, judgeTrial } from './detection.ts';
import { bareManifest, provable, type RunnerOptions, type RunTests, suiteRunner } from './runner.ts';

/** How long a defect has to show its effect. */
const BITE_MS = 60_000;
const LOOK_EVERY_MS = 500;

export interface ProveOptions extends UseOptions, RunnerOptions {
  defects: readonly Defect[];
  /** Called after each defect, with all rows so far: a proof that is cut off leaves what it has. */
  onRow(rows: readonly DetectionRow[]): void;
}

/**
 * The mutation test of the suites: plants each defect, waits until it is seen to bite, runs the suites that ought to
 * notice (all others too when they don't), heals, and runs them again. Every change is journalled; what a dead
 * process leaves is undone by the next sweep.
 */
export async function prove(environment: Environment, options: ProveOptions): Promise<DetectionRow[]> {
  mustBeOurs(environment);
  const tests = await provable();
  return useEnvironment(environment, options, (lab, run) => proveLab(lab, run, tests, options));
}

/** Defects are planted into the mesh itself: never where somebody else relies on it. */
function mustBeOurs({ provider, name }: Environment): void {
  if (provider.kind === 'kind') return;
  throw new MeshproofError('usage', `Meshproof did not make the clusters of ${name}: no defect is planted`, {
    nextStep: 'prove the suites on an environment of the provider kind',
  });
}

async function proveLab(
  lab: Lab,
  run: string,
  all: readonly PlannedTest[],
  options: ProveOptions,
): Promise<DetectionRow[]> {
  const { log, stages, defects, signal } = options;
  await stages.run('sweep', () => sweepLab(lab, log));
  try {
    const named = all.filter(({ id }) =>
      defects.some(({ caughtBy }) => caughtBy.some((suite) => isOf(id, suite))),
    );
    await stages.run('workloads', () => deployWorld(lab, { run, areas: areasFor(all) }));
    const runTests = suiteRunner(lab, run, options);
    const before = await stages.run('healthy before', () => runTests('before', named));
    const rows: DetectionRow[] = [];
    for (const defect of defects) {
      if (signal.aborted) break;
      const row = await stages.run(defect.id, () =>
        trial(defect, { lab, run, all, before, runTests, options }),
      );
      rows.push(row);
      log.info(`${defect.id}: ${row.detection}${row.detail === undefined ? '' : ` (${row.detail})`}`);
      options.onRow(rows);
    }
    return rows;
  } finally {
    await stages.run('clean-up', () => sweepLab(lab, log));
  }
}

interface TrialContext {
  lab: Lab;
  run: string;
  all: readonly PlannedTest[];
  before: readonly TestVerdict[];
  runTests: RunTests;
  options: ProveOptions;
}

/** One defect, from planting to the suites being green again. Never throws: what went wrong is in the row. */
async function trial(defect: Defect, context: TrialContext): Promise<DetectionRow> {
  const { lab, run, all, runTests, options } = context;
  const started = Date.now();
  const { id, title, silent, caughtBy } = defect;
  const ended = (row: Pick<DetectionRow, 'detection' | 'red'> & Partial<DetectionRow>): DetectionRow => ({
    defect: id,
    title,
    silent,
    seconds: (Date.now() - started) / 1000,
    ...row,
  });
  const own = all.filter((test) => caughtBy.some((suite) => isOf(test.id, suite)));
  const before = context.before.filter((test) => own.some((one) => one.id === test.id));
  await using backend = labBackend({ ...bareManifest(lab, run, options), tests: own });
  const defectLab: DefectLab = { ...backend, changes: backend.changes(`defect ${id}`) };
  try {
    let planted: TestVerdict[] | undefined;
    let observed: string | undefined;
    let bitMs = 0;
    try {
      await takeBaseline(lab, join(options.output, id, 'planted'));
      await defect.plant(defectLab);
      const plantedAt = Date.now();
      observed = await untilItBites(defect, defectLab, options.signal);
      bitMs = Date.now() - plantedAt;
      if (observed !== undefined) {
        planted = await runTests(`${id}/planted`, own);
        // Missed where it ought to show: does anybody notice at all?
        const noticed = planted.some(({ verdict }) => verdict === 'failed');
        const others = all.filter((test) => !own.includes(test) && test.phase === 'conformance');
        if (!noticed) planted = [...planted, ...(await runTests(`${id}/elsewhere`, others))];
      }
    } finally {
      await defect.heal(defectLab);
    }
    if (planted === undefined) return ended({ detection: 'did not bite', red: [] });
    const after = await runTests(`${id}/healed`, own);
    const seen = observed === undefined ? {} : { observed, bitMs };
    return ended({ ...judgeTrial(defect, { before, planted, after }), ...seen });
  } catch (error) {
    const lacks = error instanceof MeshproofError && error.kind === 'not-applicable';
    const detection = lacks ? 'not applicable' : 'broken';
    return ended({ detection, red: [], detail: describeError(error) });
  }
}

async function untilItBites(
  defect: Defect,
  lab: DefectLab,
  signal: AbortSignal,
): Promise<string | undefined> {
  const until = Date.now() + BITE_MS;
  while (Date.now() < until && !signal.aborted) {
    // An API that the defect itself makes fail for a moment is asked again.
    const seen = await defect.bites(lab).catch(() => undefined);
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return undefined;
}
