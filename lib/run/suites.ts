import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';
import { execa } from 'execa';
import { PHASES, type Phase, type RunManifest, WAITING } from '../model/run.ts';
import { orderFolder } from '../report/read-manifest.ts';
import { projectRoot } from '../support/paths.ts';
import { shuffled } from './shuffle.ts';

const guard = new URL('./die-with-parent.ts', import.meta.url).href;

/** A tenth of the weight of a process of normal priority, and of all containers together: what is measured comes first. */
const BEHIND_THE_CLUSTERS = 10;

/** Tests that run side by side in the first phase: with three, two cores are too busy to judge a mesh by its time limits. */
export const DEFAULT_WORKERS = 2;

export interface RunSuitesOptions {
  workers: number;
  signal: AbortSignal;
  output: 'inherit' | 'stderr' | 'ignore';
}

/**
 * Runs the tests of a manifest, a phase after another, each in the order that the seed decides, and shows their
 * progress. Phases whose tests run one by one share a runner: its start takes ten seconds on two cores. The verdict is in
 * the report that they leave, not in an exit code. On abort the runner stops, reverts its faults and reports; it has 90 s
 * for that.
 */
export async function runSuites(
  manifestFile: string,
  manifest: RunManifest,
  options: RunSuitesOptions,
): Promise<void> {
  const tests = manifest.tests ?? [];
  const sittings = SITTINGS.map((sitting) => ({
    ...sitting,
    tests: sitting.phases.flatMap((phase) => tests.filter((test) => test.phase === phase)),
  })).filter((sitting) => sitting.tests.length > 0);
  for (const [index, sitting] of sittings.entries()) {
    if (options.signal.aborted) return;
    writeOrder(manifest, sitting.phases);
    const titles = sitting.tests.map(({ title }) => title);
    await runSitting(manifestFile, sitting, { ...options, first: index === 0, titles });
  }
}

/** What one runner carries out, by the names of its projects in playwright.config.ts. */
interface Sitting {
  projects: readonly string[];
  phases: readonly Phase[];
  /** Its runner's workers, where so many tests may be busy side by side. */
  workers(busy: number): number;
}

const SITTINGS: readonly Sitting[] = [
  {
    projects: ['conformance', WAITING],
    phases: ['conformance'],
    // Tests that do little but wait have a worker of their own: they keep nobody from the processor.
    workers: (busy) => (busy > 1 ? busy + 1 : 1),
  },
  { projects: ['serial'], phases: PHASES.filter((phase) => phase !== 'conformance'), workers: () => 1 },
];

/**
 * One file for each suite, named so that the runner's own (alphabetical) order is the phases', and within each the one
 * that the seed decides. Each only imports the suite: its tests keep the suite's own file and titles.
 */
function writeOrder({ output, tests = [], seed }: RunManifest, phases: readonly Phase[]): void {
  const folder = orderFolder(output);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // The folder may lie anywhere: it says itself that its files are ES modules.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  const filesOf = (phase: Phase) =>
    [...new Set(tests.filter((test) => test.phase === phase).map(({ file }) => file))].sort();
  const ordered = new Set(phases.flatMap((phase) => shuffled(filesOf(phase), seed)));
  for (const [index, file] of [...ordered].entries()) {
    const name = `${String(index).padStart(3, '0')}-${basename(file)}`;
    writeFileSync(join(folder, name), `import ${JSON.stringify(file)};\n`);
  }
}

async function runSitting(
  manifest: string,
  sitting: Sitting,
  { workers, signal, output, first, titles }: RunSuitesOptions & { first: boolean; titles: string[] },
): Promise<void> {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  // A file may hold more tests than were asked for. Titles of describes are joined by a space there.
  const asked = titles.map((title) => RegExp.escape(title.replaceAll(' › ', ' '))).join('|');
  const projects = sitting.projects.map((project) => `--project=${project}`);
  const args = ['test', ...projects, `--workers=${sitting.workers(workers)}`, '--grep', asked];
  const running = execa(execPath, ['--import', guard, playwright, ...args], {
    cwd: projectRoot,
    env: {
      MESHPROOF_RUN: manifest,
      MESHPROOF_FIRST_PHASE: String(first),
      MESHPROOF_BUSY_WORKERS: String(workers),
    },
    stdin: 'ignore',
    stdout: output === 'stderr' ? process.stderr : output,
    stderr: output === 'ignore' ? 'ignore' : 'inherit',
    reject: false,
    cancelSignal: unlessTheTerminalDid(signal),
    killSignal: 'SIGINT',
    forceKillAfterDelay: 90_000,
  });
  // All containers of an engine may share what one process of ours gets: clusters on this machine come first. Weighing the
  // containers up instead (cpu.shares 4096) makes the kernel's scheduler hold others up for seconds: dockerd, runc, this runner.
  if (running.pid !== undefined) setPriority(running.pid, BEHIND_THE_CLUSTERS);
  await running;
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
