import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import type { Lab, LabCluster } from '../../lib/model/lab.ts';
import type { RunVerdict } from '../../lib/model/verdict.ts';
import { reportFiles } from '../../lib/report/read-manifest.ts';
import { readVerdict } from '../../lib/report/verdict-file.ts';
import { findLab } from '../../lib/run/provision.ts';
import { type ExecResult, tryExec } from '../../lib/support/exec.ts';
import { type Kube, openKube } from '../../lib/support/kube.ts';
import { projectRoot } from '../../lib/support/paths.ts';

/** The program's entry, for tests that start it themselves. */
export const PROGRAM = join(projectRoot, 'lib/cli/main.ts');

/** The default environment, which must be up: these tests never pass over a missing lab. */
export function requireLab(): Lab {
  const lab = findLab('kind-istio');
  if (!lab) throw new Error('the default environment is not up: npm run meshproof -- env up');
  return lab;
}

/** A cluster of the lab, and its API. */
export function clusterOf(lab: Lab, name: string): LabCluster & { kube: Kube } {
  const cluster = lab.clusters.find((one) => one.name === name);
  if (!cluster) throw new Error(`no cluster ${name}`);
  return { ...cluster, kube: openKube(cluster.kubeconfig) };
}

/** Runs the program as a user would. */
export function meshproof(args: readonly string[], env: Record<string, string> = {}): Promise<ExecResult> {
  return tryExec(execPath, [PROGRAM, ...args], {
    cwd: projectRoot,
    timeout: 900_000,
    env: { ...programEnvironment(), ...env },
  });
}

/** The outer runner's own variables would tell an inner one that it is a worker. */
export function programEnvironment(): Record<string, string> {
  const own = Object.keys(process.env).filter((name) =>
    /^(TEST_|PW_|PWTEST|PLAYWRIGHT_|FORCE_COLOR|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(own.map((name) => [name, ''])), NO_COLOR: '1' };
}

export interface VerifyRun extends ExecResult {
  verdict: RunVerdict;
  /** Folder of the report. */
  output: string;
}

/** `meshproof verify` into a folder of its own. */
export async function verify(...args: string[]): Promise<VerifyRun> {
  const output = mkdtempSync(join(tmpdir(), 'meshproof-verify-'));
  const result = await meshproof(['verify', '--output', output, ...args]);
  try {
    return { ...result, output, verdict: readVerdict(reportFiles(output).verdict) };
  } catch (cause) {
    throw new Error(`verify left no verdict:\n${result.stdout}\n${result.stderr}`, { cause });
  }
}

/** What a report file says. */
export function reportText(run: VerifyRun, file: keyof ReturnType<typeof reportFiles>): string {
  return readFileSync(reportFiles(run.output)[file], 'utf8');
}

/** Tests of a run that did not pass, as `capability verdict: reason`. */
export function notPassed({ verdict }: VerifyRun): string[] {
  return verdict.tests
    .filter((test) => test.verdict !== 'passed')
    .map((test) => `${test.capability} ${test.verdict}: ${test.reason}`);
}
