import { join } from 'node:path';
import type { Lab } from '../model/lab.ts';
import type { PlannedTest, Profile, RunManifest } from '../model/run.ts';
import type { TestVerdict } from '../model/verdict.ts';
import { reportFiles } from '../report/read-manifest.ts';
import { readVerdict } from '../report/verdict-file.ts';
import { takeBaseline } from '../run/invariants.ts';
import { writeManifest } from '../run/manifest.ts';
import { runSuites } from '../run/suites.ts';
import { listTests } from '../run/test-list.ts';

export interface RunnerOptions {
  seed: number;
  workers: number;
  /** Folder for the reports of the single runs, absolute. */
  output: string;
  command: string;
  signal: AbortSignal;
}

/** Runs tests into a folder of this name, and gives their verdicts. */
export type RunTests = (name: string, tests: readonly PlannedTest[], seed?: number) => Promise<TestVerdict[]>;

/** Every test that a proof may run: a fault on top of a defect proves nothing, and load needs a quiet machine. */
export async function provable(profile: Profile = 'extended'): Promise<PlannedTest[]> {
  const all = await listTests({ suites: [], profile });
  return all.filter(({ phase, capability }) => phase !== 'disruptive' && capability !== 'latency');
}

/** Runs tests against a lab whose workloads are there. */
export function suiteRunner(lab: Lab, run: string, options: RunnerOptions): RunTests {
  return async (name, tests, seed = options.seed) => {
    if (tests.length === 0) return [];
    const output = join(options.output, ...name.split('/'));
    const manifest = { ...bareManifest(lab, run, options), seed, output, tests: [...tests] };
    // With a defect planted, what must hold throughout is judged against the time before it: see prove.ts.
    if (!name.endsWith('/planted')) await takeBaseline(lab, output);
    const file = writeManifest(manifest);
    await runSuites(file, manifest, { workers: options.workers, signal: options.signal, output: 'ignore' });
    return readVerdict(reportFiles(output).verdict).tests;
  };
}

/** A manifest that lists no test. */
export function bareManifest(
  lab: Lab,
  run: string,
  { seed, output, command }: Pick<RunnerOptions, 'seed' | 'output' | 'command'>,
): RunManifest {
  const startedAt = new Date().toISOString();
  return { id: run, command, startedAt, seed, output, lab, stages: {}, world: 'lab' };
}
