import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { MeshproofError, errorMessage } from './errors.ts';

/**
 * Appends one entry to a journal of JSON lines and returns when it is on the disk (fsync). A disk that cannot take
 * it is an `environment` error: without a journal nothing may be broken.
 */
export function appendLine(file: string, entry: unknown): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const isNew = !existsSync(file);
    const handle = openSync(file, 'a+', 0o600);
    try {
      // What a crash cut short would otherwise swallow this entry: both would be one line that nobody can read.
      const line = Buffer.from(`${endsInMidLine(handle) ? '\n' : ''}${JSON.stringify(entry)}\n`);
      const written = writeSync(handle, line);
      if (written < line.length) throw new Error(`${written} of ${line.length} bytes were written`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    if (isNew) syncFolder(dirname(file));
  } catch (error) {
    throw new MeshproofError('environment', `the journal ${file} cannot be written: ${errorMessage(error)}`, {
      nextStep: 'free some disk space (df -h), then run again; nothing is broken without a journal',
      cause: error,
    });
  }
}

/**
 * All entries; a line that a crash or a full disk cut short is passed over: what it would have said was never done.
 * No file means no entries; one that cannot be read is an `environment` error, since what is open in it is unknown.
 */
export function readLines<T>(file: string): T[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new MeshproofError('environment', `the journal ${file} cannot be read: ${errorMessage(error)}`, {
      nextStep: `ls -l ${file}; what it lists may still have to be undone`,
      cause: error,
    });
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as T] : [];
    } catch {
      return [];
    }
  });
}

function endsInMidLine(handle: number): boolean {
  const { size } = fstatSync(handle);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(handle, last, 0, 1, size - 1);
  return last.toString() !== '\n';
}

/** A new file's name is on the disk only once its folder is (fsync(2)). */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
