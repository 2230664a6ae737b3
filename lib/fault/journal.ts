import { join } from 'node:path';
import type { FaultPlan, JournalEntry } from '../model/fault-plan.ts';
import { appendLine, readLines } from '../support/json-lines.ts';
import { environmentDir } from '../support/paths.ts';

/** The journal of an environment's faults: append-only JSON lines, each on disk before the step is taken. */
export function journalFile(environment: string): string {
  return join(environmentDir(environment), 'journal.jsonl');
}

/** Appends one entry, as {@link appendLine}. */
export function appendJournal(file: string, entry: JournalEntry): void {
  appendLine(file, entry);
}

/** All entries, as {@link readLines}. */
export function readJournal(file: string): JournalEntry[] {
  return readLines<JournalEntry>(file);
}

/** Plans of the faults that were meant and never proven to be reverted, oldest first. */
export function openFaults(entries: readonly JournalEntry[]): FaultPlan[] {
  const open = new Map<string, FaultPlan>();
  for (const entry of entries) {
    if (entry.step === 'intent' && entry.plan) open.set(entry.fault, entry.plan);
    if (entry.step === 'reverted') open.delete(entry.fault);
  }
  return [...open.values()];
}
