import { createRequire } from 'node:module';
import { execPath } from 'node:process';
import { execa } from 'execa';
import { projectRoot } from '../support/paths.ts';

/** Folders under suites/, in the order in which a person would read them. */
export const CAPABILITIES = ['discovery', 'dns', 'mtls', 'latency', 'failover'] as const;
export type SuiteCapability = (typeof CAPABILITIES)[number];

/**
 * Runs the suites against the run that a manifest describes, and shows their progress. The verdict is in the
 * report that they leave, not in an exit code. On abort the runner gets SIGTERM and 90 s to revert its faults.
 */
export async function runSuites(
  manifest: string,
  options: { only: readonly SuiteCapability[]; signal: AbortSignal; output: 'inherit' | 'stderr' },
): Promise<void> {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const filters = options.only.map((capability) => `/suites/${capability}/`);
  // Suites run one after another: latency and faults must not be disturbed by a neighbour.
  const args = [
    playwright,
    'test',
    '--project=conformance',
    '--project=disruptive',
    '--workers=1',
    ...filters,
  ];
  await execa(execPath, args, {
    cwd: projectRoot,
    env: { MESHPROOF_RUN: manifest },
    stdin: 'ignore',
    stdout: options.output === 'stderr' ? process.stderr : 'inherit',
    stderr: 'inherit',
    reject: false,
    cancelSignal: options.signal,
    forceKillAfterDelay: 90_000,
  });
}
