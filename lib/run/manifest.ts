import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../model/lab.ts';
import type { RunManifest } from '../model/run.ts';

/** Unique, and in the order of time when sorted. */
export function runId(): string {
  const now = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').toLowerCase();
  return `run-${now}-${randomBytes(2).toString('hex')}`;
}

/** Writes a run's manifest into its output folder, and gives the file's path back. */
export function writeManifest(manifest: RunManifest): string {
  mkdirSync(manifest.output, { recursive: true });
  const file = join(manifest.output, 'manifest.json');
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  return file;
}

/** The manifest of what works in a lab and runs no suites: nothing is drawn, and nothing is written under it. */
export function manifestWithoutSuites(lab: Lab, id: string, command: string): RunManifest {
  return {
    id,
    command,
    startedAt: new Date().toISOString(),
    seed: 0,
    output: '',
    lab,
    stages: {},
    world: 'lab',
  };
}
