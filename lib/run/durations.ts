import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { RunVerdict } from '../model/verdict.ts';
import { projectRoot, stateDir } from '../support/paths.ts';

/** Seconds by test id. */
export type Durations = Record<string, number>;

const durations = z.record(z.string(), z.number());

/** As measured on two cores by a run of ours; what this machine measured itself comes first. */
const SHIPPED = join(projectRoot, 'suites', 'durations.json');

/** How long each test took when it last ran on this machine; on the machine of a release where it never did. */
export function knownDurations(): Durations {
  return { ...shippedDurations(), ...read(ownFile()) };
}

/** The figures that come with Meshproof. */
export function shippedDurations(): Durations {
  return read(SHIPPED);
}

/** Keeps what the tests of a run took. Tests that did not run keep their earlier figure. */
export function rememberDurations(verdict: RunVerdict): void {
  write(ownFile(), { ...read(ownFile()), ...durationsOf(verdict) });
}

/** Makes a run's figures the ones that a release ships. Tests that did not pass in it keep their earlier figure. */
export function shipDurations(verdict: RunVerdict): void {
  write(SHIPPED, { ...shippedDurations(), ...durationsOf(verdict) });
}

/** Seconds of the tests that passed: the others ended early, or waited for what never came. */
function durationsOf({ tests }: RunVerdict): Durations {
  const ran = tests.filter(({ verdict, capability }) => verdict === 'passed' && capability !== 'run');
  return Object.fromEntries(ran.map(({ id, durationMs }) => [id, Math.round(durationMs / 100) / 10]));
}

function ownFile(): string {
  return join(stateDir(), 'durations.json');
}

function read(file: string): Durations {
  if (!existsSync(file)) return {};
  // A file that a crash cut short costs a column of a table, no more.
  try {
    return durations.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

function write(file: string, values: Durations): void {
  mkdirSync(dirname(file), { recursive: true });
  const sorted = Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify(sorted, null, 2)}\n`);
}
