import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FaultPlan, JournalEntry } from '../model/fault.ts';
import { MeshproofError, errorMessage } from '../support/errors.ts';
import { environmentDir } from '../support/paths.ts';

/** The journal of an environment's faults: append-only JSON lines, each on disk before the step is taken. */
export function journalFile(environment: string): string {
  return join(environmentDir(environment), 'journal.jsonl');
}

/**
 * Appends one entry and returns when it is on the disk (fsync). A disk that cannot take it is an
 * `environment` error: without a journal nothing may be broken.
 */
export function appendJournal(file: string, entry: JournalEntry): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const handle = openSync(file, 'a', 0o600);
    try {
      writeSync(handle, `${JSON.stringify(entry)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new MeshproofError('environment', `the journal ${file} cannot be written: ${errorMessage(error)}`, {
      nextStep: 'free some disk space (df -h), then run again; no fault is injected without a journal',
      cause: error,
    });
  }
}

/** All entries; a last line that a crash or a full disk cut short is passed over. */
export function readJournal(file: string): JournalEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as JournalEntry] : [];
    } catch {
      return [];
    }
  });
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
