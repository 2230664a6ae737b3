import type { Environment } from '../model/environment.ts';
import type { Profile } from '../model/run.ts';
import type { TestVerdict } from '../model/verdict.ts';
import { sweepLab } from '../run/sweep.ts';
import { type UseOptions, useEnvironment } from '../run/use-environment.ts';
import { areasFor } from '../run/verify.ts';
import { deployWorld } from '../run/world.ts';
import { provable, type RunnerOptions, suiteRunner } from './runner.ts';

/** One run on a mesh that nobody touched. */
export interface HealthyRun {
  seed: number;
  tests: number;
  /** Every test that neither passed nor was not applicable: somebody would be called for nothing. */
  alarms: { id: string; verdict: string; reason: string }[];
  seconds: number;
}

export interface HealthyOptions extends UseOptions, RunnerOptions {
  runs: number;
  profile: Profile;
  /** Called after each run, with all so far. */
  onRun(runs: readonly HealthyRun[]): void;
}

/** The opposite of planted defects: runs all suites over and over on a healthy mesh, each time in another order. */
export function proveHealthy(environment: Environment, options: HealthyOptions): Promise<HealthyRun[]> {
  const { log, stages } = options;
  return useEnvironment(environment, options, async (lab, run) => {
    await stages.run('sweep', () => sweepLab(lab, log));
    try {
      const tests = await provable(options.profile);
      await stages.run('workloads', () => deployWorld(lab, { run, areas: areasFor(tests) }));
      const runTests = suiteRunner(lab, run, options);
      const runs: HealthyRun[] = [];
      for (let number = 1; number <= options.runs && !options.signal.aborted; number++) {
        const seed = options.seed + number;
        const started = Date.now();
        const name = `healthy/${number}`;
        const results = await stages.run(`healthy run ${number}`, () => runTests(name, tests, seed));
        runs.push({
          seed,
          tests: results.length,
          alarms: alarmsOf(results),
          seconds: (Date.now() - started) / 1000,
        });
        options.onRun(runs);
      }
      return runs;
    } finally {
      await stages.run('clean-up', () => sweepLab(lab, log));
    }
  });
}

function alarmsOf(tests: readonly TestVerdict[]): HealthyRun['alarms'] {
  return tests
    .filter(({ verdict }) => verdict !== 'passed' && verdict !== 'not-applicable')
    .map(({ id, verdict, reason }) => ({ id, verdict, reason: reason.split('\n')[0] ?? '' }));
}
