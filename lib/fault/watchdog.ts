import { readFileSync, writeFileSync } from 'node:fs';
import type { FaultPlan } from '../model/fault-plan.ts';
import { errorMessage } from '../support/errors.ts';
import { appendJournal, journalFile, openFaults, readJournal } from './journal.ts';
import { mechanismOf } from './mechanisms.ts';

/**
 * The dead-man of faults whose target cannot help itself: `node watchdog.ts PLAN PID-FILE` sleeps until the
 * plan's deadline, then reverts unless the journal says that somebody did. Tries again until it has worked,
 * for ten minutes: an engine that restarts must not leave the fault standing.
 */
const [planFile = '', pidFile = ''] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planFile, 'utf8')) as FaultPlan;
writeFileSync(pidFile, String(process.pid));

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
await sleep(plan.deadline - Date.now());

const journal = journalFile(plan.environment);
const giveUpAt = plan.deadline + 600_000;
while (openFaults(readJournal(journal)).some(({ id }) => id === plan.id) && Date.now() < giveUpAt) {
  try {
    const mechanism = mechanismOf(plan);
    await mechanism.revert(plan);
    const detail = `by the watchdog: ${await mechanism.proveRevert(plan)}`;
    await mechanism.settle?.(plan);
    appendJournal(journal, { at: Date.now(), fault: plan.id, step: 'reverted', detail });
    await mechanism.disarm(plan);
  } catch (error) {
    appendJournal(journal, {
      at: Date.now(),
      fault: plan.id,
      step: 'revert-failed',
      detail: errorMessage(error),
    });
    await sleep(2000);
  }
}
