import type { Environment } from '../model/environment.ts';
import type { Lab } from '../model/lab.ts';
import type { PlannedTest, RunManifest } from '../model/run.ts';
import type { RunVerdict } from '../model/verdict.ts';
import { finishReport } from '../report/finish.ts';
import { codeHash } from '../support/code-hash.ts';
import { describeError, MeshproofError } from '../support/errors.ts';
import { projectRoot } from '../support/paths.ts';
import { watchStolenTime } from '../support/stolen-time.ts';
import { forgetApiCalls, recordApiCalls } from './api-calls.ts';
import { areasOf } from './areas/index.ts';
import { CAPABILITIES } from './capabilities.ts';
import { rememberDurations } from './durations.ts';
import { takeBaseline } from './invariants.ts';
import { writeManifest } from './manifest.ts';
import { runSuites } from './suites.ts';
import { sweepLab } from './sweep.ts';
import { knownTests, type Selection, select } from './test-list.ts';
import { type UseOptions, useEnvironment } from './use-environment.ts';
import { deployWorld } from './world.ts';

export interface VerifyOptions extends UseOptions, Selection {
  command: string;
  /** Names of clusters to call from; every one when empty. */
  callers: readonly string[];
  /** Decides the order of the tests. */
  seed: number;
  /** Tests that run side by side. */
  workers: number;
  /** Folder of the report, absolute. */
  output: string;
  /** Where the suites' progress goes; `stderr` keeps stdout for machine-readable output. */
  progress: 'inherit' | 'stderr';
  /** PEM file of the private key (Ed25519) that signs the conformance report. */
  signKey?: string | undefined;
  /** Folder that is kept over runs, for trends and flakes; absolute. */
  history?: string | undefined;
}

/** As {@link VerifyOptions}, in a lab that is held already. */
export interface VerifyLabOptions extends Omit<VerifyOptions, 'keep' | 'allowDisruption'> {
  /** Whose changes are what is verified: no sweep undoes them. */
  spared?: string;
}

/** What a run came to, and where its report is. */
export interface Verified {
  verdict: RunVerdict;
  report: string | undefined;
}

/**
 * One run: environment (used when up, made when not), lease, sweep, workloads, suites, clean-up, report.
 * Everything that it made is removed again, also after a failure or an interrupt.
 */
export async function verify(environment: Environment, options: VerifyOptions): Promise<Verified> {
  checkCallers(environment, options.callers);
  const known = await knownTests();
  checkQuarantine(environment, known);
  const tests = select(known, options);
  return useEnvironment(environment, options, (lab, run) => verifyLab(lab, run, tests, options));
}

/** Throws a `usage` error when `--from` names a cluster that the environment does not have. */
export function checkCallers({ clusters, file }: Environment, callers: readonly string[]): void {
  const names = clusters.map(({ name }) => name);
  const unknown = callers.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new MeshproofError('usage', `--from: ${file} has no cluster ${unknown.join(', ')}`, {
    nextStep: `there are ${names.join(', ')}`,
  });
}

/** Throws a `usage` error when the quarantine names what is no test: a typo would let nothing pass, and nobody would know. */
export function checkQuarantine(
  { quarantine, file }: Pick<Environment, 'quarantine' | 'file'>,
  known: readonly Pick<PlannedTest, 'id'>[],
): void {
  const unknown = quarantine.filter(({ test }) => !known.some(({ id }) => id === test));
  if (unknown.length === 0) return;
  const ids = unknown.map(({ test }) => `"${test}"`).join(', ');
  throw new MeshproofError('usage', `quarantine: there is no test ${ids}`, {
    at: { file },
    nextStep: 'meshproof verify --list shows their ids; remove what is no test any more',
  });
}

/** One run in a lab that is up and held: sweep, workloads, suites, clean-up, report. */
export async function verifyLab(
  lab: Lab,
  id: string,
  tests: PlannedTest[],
  options: VerifyLabOptions,
): Promise<Verified> {
  const { log, stages, signal, spared } = options;
  forgetApiCalls(options.output);
  const calls = recordApiCalls(lab.clusters, { output: options.output, process: 'run' });
  await stages.run('sweep', () => sweepLab(lab, log, { spared }));
  const errors: string[] = [];
  let manifest = manifestOf(lab, id, tests, options);
  try {
    await stages.run('workloads', () => deployWorld(lab, { run: id, areas: areasFor(tests) }));
    await stages.run('baseline', () => takeBaseline(lab, options.output));
    manifest = { ...manifest, stages: { ...stages.seconds } };
    const file = writeManifest(manifest);
    if (!signal.aborted) {
      using stolen = watchStolenTime();
      await stages.run('suites', () => runSuites(file, manifest, { ...options, output: options.progress }), {
        speaks: true,
      });
      const words = stolen.words();
      if (words !== undefined) log.warn(words);
    }
    if (signal.aborted) errors.push('the run was interrupted');
  } catch (error) {
    errors.push(describeError(error));
    log.warn(describeError(error));
  }
  try {
    // The workloads are among what a sweep removes.
    await stages.run('clean-up', () => sweepLab(lab, log, { spared }));
  } catch (error) {
    errors.push(`clean-up failed: ${describeError(error)}`);
  }
  calls[Symbol.dispose]();
  const { verdict, allure } = await stages.run('report', () =>
    finishReport(manifest, {
      stages: stages.seconds,
      errors,
      log,
      signKey: options.signKey,
      history: options.history,
    }),
  );
  rememberDurations(verdict);
  return { verdict, report: allure };
}

/** The areas that these tests need in the clusters. */
export function areasFor(tests: readonly PlannedTest[]) {
  return areasOf(CAPABILITIES.filter((name) => tests.some(({ capability }) => capability === name)));
}

function manifestOf(lab: Lab, id: string, tests: PlannedTest[], options: VerifyLabOptions): RunManifest {
  return {
    id,
    command: options.command,
    startedAt: new Date().toISOString(),
    seed: options.seed,
    output: options.output,
    lab,
    stages: {},
    world: 'lab',
    code: codeHash(projectRoot),
    tests,
    profile: options.profile,
    selection: {
      suites: options.suites,
      ...(options.grep === undefined ? {} : { grep: options.grep }),
    },
    ...(options.callers.length === 0 ? {} : { callers: [...options.callers] }),
  };
}
