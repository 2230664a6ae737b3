import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { Log } from '../support/log.ts';
import { writeWhole } from './write-whole.ts';

/** Entries of a file that is kept over runs, one of JSON a line; what a crash or an edit has spoilt is left out with a warning. */
export function readEntries<T>(file: string, schema: z.ZodType<T>, log: Log): T[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const read = lines.map((line) => schema.safeParse(parseJson(line)));
  const lost = read.filter(({ success }) => !success).length;
  if (lost > 0) log.warn(`${file}: ${lost} of ${lines.length} lines are no run, and are left out`);
  return read.flatMap(({ data }) => (data === undefined ? [] : [data]));
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Writes the file anew: all or nothing. */
export function writeEntries(file: string, entries: readonly unknown[]): void {
  writeWhole(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
