import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { MeshproofError, errorMessage } from '../support/errors.ts';

/** Writes a file by rename, so that a kill or a full disk leaves the old content. Throws an `environment` error. */
export function writeWhole(file: string, content: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const half = `${file}.${process.pid}.tmp`;
    writeFileSync(half, content);
    renameSync(half, file);
  } catch (error) {
    throw new MeshproofError('environment', `${file}: can't be written: ${errorMessage(error)}`, {
      nextStep: 'Make space on that disk, or name another folder for the report.',
      cause: error,
    });
  }
}
