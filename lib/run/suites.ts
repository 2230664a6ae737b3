import { createRequire } from 'node:module';
import { execPath } from 'node:process';
import { execa } from 'execa';
import { projectRoot } from '../support/paths.ts';

/** Folders under suites/, in the order in which a person would read them. */
export const CAPABILITIES = ['discovery', 'dns', 'mtls', 'latency', 'failover'] as const;
export type SuiteCapability = (typeof CAPABILITIES)[number];

const guard = new URL('./die-with-parent.ts', import.meta.url).href;

/**
 * Runs the suites against the run that a manifest describes, and shows their progress. The verdict is in the
 * report that they leave, not in an exit code. On abort the runner stops, reverts its faults and reports; it has
 * 90 s for that.
 */
export async function runSuites(
  manifest: string,
  options: { only: readonly SuiteCapability[]; signal: AbortSignal; output: 'inherit' | 'stderr' },
): Promise<void> {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  const filters = options.only.map((capability) => `/suites/${capability}/`);
  // Suites run one after another: latency and faults must not be disturbed by a neighbour.
  const args = ['test', '--project=conformance', '--project=disruptive', '--workers=1', ...filters];
  await execa(execPath, ['--import', guard, playwright, ...args], {
    cwd: projectRoot,
    env: { MESHPROOF_RUN: manifest },
    stdin: 'ignore',
    stdout: options.output === 'stderr' ? process.stderr : 'inherit',
    stderr: 'inherit',
    reject: false,
    cancelSignal: unlessTheTerminalDid(options.signal),
    killSignal: 'SIGINT',
    forceKillAfterDelay: 90_000,
  });
}

/**
 * Ctrl-C at a terminal reaches the runner too, by itself. A second SIGINT would make it leave without a report, so
 * only what the terminal does not pass on is passed on by us.
 */
function unlessTheTerminalDid(signal: AbortSignal): AbortSignal {
  const stop = new AbortController();
  signal.addEventListener('abort', () => {
    if (!(process.stdin.isTTY && String(signal.reason).includes('SIGINT'))) stop.abort(signal.reason);
  });
  return stop.signal;
}
