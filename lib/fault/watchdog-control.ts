import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultPlan } from '../model/fault-plan.ts';
import { environmentDir } from '../support/paths.ts';
import { waitFor } from '../support/kube.ts';

/** A process of Node that loads what can revert: a second, and many times that while a lab has the processors. */
const ARMED_WITHIN_MS = 30_000;

const program = fileURLToPath(new URL('./watchdog.ts', import.meta.url));

/** Where a watchdog finds its plan, and where it says that it is awake. */
export function watchdogFiles(plan: Pick<FaultPlan, 'id' | 'environment'>): { plan: string; pid: string } {
  const dir = join(environmentDir(plan.environment), 'watchdogs');
  return { plan: join(dir, `${plan.id}.json`), pid: join(dir, `${plan.id}.pid`) };
}

/**
 * Starts a process in a session of its own that reverts the fault at its deadline unless it is told not to.
 * Returns when the process has written that it is armed; it outlives us, our terminal and our group.
 */
export async function armWatchdog(plan: FaultPlan): Promise<string> {
  const files = watchdogFiles(plan);
  mkdirSync(join(files.plan, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(files.plan, JSON.stringify(plan), { mode: 0o600 });
  const child = spawn(process.execPath, [program, files.plan, files.pid], {
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
  const pid = await waitFor('the watchdog is armed', async () => runningWatchdog(plan), {
    timeoutMs: ARMED_WITHIN_MS,
    everyMs: 50,
  });
  return `watchdog process ${pid} reverts at ${new Date(plan.deadline).toISOString()}`;
}

/** Ends the watchdog of a fault that has been reverted, and forgets its files. */
export async function disarmWatchdog(plan: FaultPlan): Promise<void> {
  const pid = runningWatchdog(plan);
  if (pid !== undefined && pid !== process.pid) process.kill(pid, 'SIGTERM');
  const files = watchdogFiles(plan);
  for (const file of [files.plan, files.pid]) rmSync(file, { force: true });
}

/** The watchdog's pid while it lives; the command line is checked, since pids are used again. */
export function runningWatchdog(plan: Pick<FaultPlan, 'id' | 'environment'>): number | undefined {
  try {
    const pid = Number(readFileSync(watchdogFiles(plan).pid, 'utf8'));
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes(plan.id) ? pid : undefined;
  } catch {
    return undefined;
  }
}
