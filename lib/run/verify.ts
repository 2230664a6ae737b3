import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../model/environment.ts';
import type { Lab } from '../model/lab.ts';
import type { RunManifest } from '../model/run.ts';
import type { RunVerdict } from '../model/verdict.ts';
import { finishReport } from '../report/finish.ts';
import { describeError } from '../support/errors.ts';
import { openKube } from '../support/kube.ts';
import { acquireLease } from './lease.ts';
import { readState } from './state.ts';
import { deprovision, findLab, matches, type ProvisionOptions, provision } from './provision.ts';
import { runSuites, type SuiteCapability } from './suites.ts';
import { sweepLab } from './sweep.ts';
import { deployWorld } from './world.ts';

export interface VerifyOptions extends ProvisionOptions {
  command: string;
  only: readonly SuiteCapability[];
  /** Leaves an environment up that this run made. */
  keep: boolean;
  /** Folder of the report, absolute. */
  output: string;
  /** Where the suites' progress goes; `stderr` keeps stdout for machine-readable output. */
  progress: 'inherit' | 'stderr';
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
  const { log, stages } = options;
  // An environment that stood before, or was to stay, is the user's: it is used and left.
  const temporary = readState(environment.name)?.temporary ?? !options.keep;
  let inUse = false;
  try {
    const lab = await labFor(environment, { ...options, temporary });
    const id = runId();
    await using _lease = await acquireLease(lab, id).catch((error: unknown) => {
      inUse = true;
      throw error;
    });
    return await verifyLab(lab, id, options);
  } finally {
    // What another run uses is not ours to remove, even when it is to go in the end.
    if (temporary && !options.keep && !inUse) {
      const cleanUp = { ...options, signal: new AbortController().signal };
      await stages.run('environment down', () => deprovision(environment.name, cleanUp));
    } else {
      log.info(
        `environment ${environment.name} is left up; meshproof env down ${environment.name} removes it`,
      );
    }
  }
}

/** The lab as it is when it is up and answers; made, or made whole, otherwise. */
async function labFor(environment: Environment, options: VerifyOptions): Promise<Lab> {
  const known = findLab(environment.name);
  const usable = known !== undefined && matches(known, environment) && (await answers(known));
  // Budgets and expectations are the file's of now; what the clusters were made from is the same.
  return usable ? { ...known, environment } : provision(environment, options);
}

async function verifyLab(lab: Lab, id: string, options: VerifyOptions): Promise<Verified> {
  const { log, stages, signal } = options;
  await stages.run('sweep', () => sweepLab(lab, log));
  const errors: string[] = [];
  let manifest = manifestOf(lab, id, options);
  try {
    await stages.run('workloads', () => deployWorld(lab, id));
    manifest = { ...manifest, stages: { ...stages.seconds } };
    const file = writeManifest(manifest);
    if (!signal.aborted)
      await stages.run('suites', () => runSuites(file, { ...options, output: options.progress }), {
        speaks: true,
      });
    if (signal.aborted) errors.push('the run was interrupted');
  } catch (error) {
    errors.push(describeError(error));
    log.warn(describeError(error));
  }
  try {
    // The workloads are among what a sweep removes.
    await stages.run('clean-up', () => sweepLab(lab, log));
  } catch (error) {
    errors.push(`clean-up failed: ${describeError(error)}`);
  }
  const { verdict, allure } = await stages.run('report', () =>
    finishReport(manifest, { stages: stages.seconds, errors, log }),
  );
  return { verdict, report: allure };
}

/** Unique, and in the order of time when sorted. */
function runId(): string {
  const now = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  return `run-${now}-${randomBytes(2).toString('hex')}`;
}

function manifestOf(lab: Lab, id: string, options: VerifyOptions): RunManifest {
  return {
    id,
    command: options.command,
    startedAt: new Date().toISOString(),
    seed: randomInt(2 ** 31),
    output: options.output,
    lab,
    stages: {},
    world: 'lab',
  };
}

function writeManifest(manifest: RunManifest): string {
  mkdirSync(manifest.output, { recursive: true });
  const file = join(manifest.output, 'manifest.json');
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  return file;
}

/** True when every API server of a lab answers within 5 s; an engine that was restarted leaves them stopped. */
async function answers(lab: Lab): Promise<boolean> {
  const probes = lab.clusters.map(async ({ kubeconfig }) => {
    const slow = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('5 s are over')), 5000).unref(),
    );
    await Promise.race([openKube(kubeconfig).core.listNamespace({ limit: 1 }), slow]);
  });
  return (await Promise.allSettled(probes)).every(({ status }) => status === 'fulfilled');
}
