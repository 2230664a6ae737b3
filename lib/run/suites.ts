import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { basename, join } from 'node:path';
import { execPath } from 'node:process';
import { execa } from 'execa';
import { PHASES, type Phase, type RunManifest } from '../model/run.ts';
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
 * progress. The verdict is in the report that they leave, not in an exit code. On abort the runner stops, reverts its
 * faults and reports; it has 90 s for that.
 */
export async function runSuites(
  manifestFile: string,
  manifest: RunManifest,
  options: RunSuitesOptions,
): Promise<void> {
  const tests = manifest.tests ?? [];
  const phases = PHASES.filter((phase) => tests.some((test) => test.phase === phase));
  for (const [index, phase] of phases.entries()) {
    if (options.signal.aborted) return;
    writeOrder(manifest, phase);
    const titles = tests.flatMap((test) => (test.phase === phase ? [test.title] : []));
    await runPhase(manifestFile, phase, { ...options, first: index === 0, titles });
  }
}

/**
 * One file for each suite, named so that the runner's own (alphabetical) order is the one that the seed decides. Each
 * only imports the suite: its tests keep the suite's own file and titles.
 */
function writeOrder({ output, tests = [], seed }: RunManifest, phase: Phase): void {
  const folder = orderFolder(output);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // The folder may lie anywhere: it says itself that its files are ES modules.
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  const files = [...new Set(tests.filter((test) => test.phase === phase).map(({ file }) => file))].sort();
  for (const [index, file] of shuffled(files, seed).entries()) {
    const name = `${String(index).padStart(3, '0')}-${basename(file)}`;
    writeFileSync(join(folder, name), `import ${JSON.stringify(file)};\n`);
  }
}

async function runPhase(
  manifest: string,
  phase: Phase,
  { workers, signal, output, first, titles }: RunSuitesOptions & { first: boolean; titles: string[] },
): Promise<void> {
  const playwright = createRequire(import.meta.url).resolve('@playwright/test/cli');
  // Only the first phase is one of tests that don't disturb each other.
  const many = phase === 'conformance' ? workers : 1;
  // A file may hold more tests than were asked for. Titles of describes are joined by a space there.
  const asked = titles.map((title) => RegExp.escape(title.replaceAll(' › ', ' '))).join('|');
  const args = ['test', `--project=${phase}`, `--workers=${many}`, '--grep', asked];
  const running = execa(execPath, ['--import', guard, playwright, ...args], {
    cwd: projectRoot,
    env: { MESHPROOF_RUN: manifest, MESHPROOF_FIRST_PHASE: String(first) },
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
