import { type ChildProcess, spawn } from 'node:child_process';
import { execPath } from 'node:process';
import { journalFile, openFaults, readJournal } from '../../lib/fault/journal.ts';
import type { FaultSpec } from '../../lib/model/fault.ts';
import type { FaultPlan } from '../../lib/model/fault-plan.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { projectRoot } from '../../lib/support/paths.ts';
import { programEnvironment, requireLab } from './lab.ts';

/** Faults that were meant and are not proven to be gone. */
export const open = (lab: Lab): FaultPlan[] => openFaults(readJournal(journalFile(lab.environment.name)));

/** Starts a program in a process group of its own, to be killed as a whole. */
export function start(args: string[]): ChildProcess {
  return spawn(execPath, args, {
    cwd: projectRoot,
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...programEnvironment() },
  });
}

export function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A program that injects one fault through the library and then sleeps, never reverting. */
export function injector(spec: FaultSpec, lastsMs: number): string[] {
  return injectorOf(requireLab(), spec, lastsMs);
}

/** As {@link injector}, into a lab as it is given. */
export function injectorOf(lab: Lab, spec: FaultSpec, lastsMs: number): string[] {
  const program = `
    import { injectFault } from './lib/fault/inject.ts';
    import { planFault } from './lib/fault/plan.ts';
    const lab = ${JSON.stringify(lab)};
    await injectFault(planFault(${JSON.stringify(spec)}, lab, { run: 'torture', lastsMs: ${lastsMs} }));
    setTimeout(() => {}, 600_000);`;
  return ['--input-type=module-typescript', '--eval', program];
}

/** Runs a program of TypeScript text, kills it with -9 as soon as it says these words, and gives what it was ended by, and said. */
export async function killedOnceItSays(
  program: string,
  words: string,
): Promise<{ by: unknown; said: string }> {
  const maker = spawn(execPath, ['--input-type=module-typescript', '--eval', program], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...programEnvironment() },
  });
  const ended = new Promise((resolve) => maker.once('exit', (_code, killedBy) => resolve(killedBy)));
  let said = '';
  maker.stdout.on('data', (chunk) => {
    said += String(chunk);
    if (said.includes(words)) maker.kill('SIGKILL');
  });
  return { by: await ended, said };
}
