import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findFlakes } from '../analysis/flakes.ts';
import type { HistoryEntry } from '../model/history.ts';
import type { RunManifest } from '../model/run.ts';
import { type Flake, type RunVerdict, VERDICTS } from '../model/verdict.ts';
import type { Log } from '../support/log.ts';
import { coverageOf } from './coverage.ts';
import { DID_NOT_RUN } from './verdict-file.ts';
import { readEntries, writeEntries } from './kept-lines.ts';

/** Runs that are kept: a month of nights. Allure puts all of them into the page. */
export const KEPT_RUNS = 30;

const entrySchema = z.strictObject({
  schema: z.literal('meshproof.dev/history/v1'),
  run: z.string(),
  endedAt: z.string(),
  inputs: z.string(),
  tests: z.record(z.string(), z.enum(VERDICTS)),
  allure: z.string().exactOptional(),
}) satisfies z.ZodType<HistoryEntry>;

/** The part of a point in Allure's history that is looked at. */
const pointSchema = z.looseObject({ uuid: z.string() });

/** What a run finds in the history of its environment, and leaves there. */
export interface RunHistory {
  /** Allure's own file: trends and the history of each test. */
  allure: string;
  /** Tests of this run whose verdicts differ over runs with the same inputs. */
  flaky: Flake[];
  /** Adds this run, after Allure has added its point. A run whose report is made again is in it once. */
  keep: () => void;
}

/**
 * Opens the history of the run's environment in a folder that is kept over runs (`FOLDER/ENVIRONMENT/`). What a crash or an edit has
 * made unreadable is left out with a warning: a verdict does not hang on it.
 */
export function openHistory(
  folder: string,
  { manifest, verdict, log }: { manifest: RunManifest; verdict: RunVerdict; log: Log },
): RunHistory {
  const files = historyFiles(folder, verdict.environment);
  const known = readEntries(files.verdicts, entrySchema, log);
  const others = known.filter(({ run }) => run !== verdict.run);
  const again = known.find(({ run }) => run === verdict.run)?.allure;
  const points = readEntries(files.allure, pointSchema, log).filter(({ uuid }) => uuid !== again);
  if (existsSync(files.allure)) writeEntries(files.allure, points);
  const entry = entryOf(manifest, verdict);
  return {
    allure: files.allure,
    flaky: findFlakes(others, entry),
    keep() {
      const point = readEntries(files.allure, pointSchema, log).at(-1);
      const isOurs = point !== undefined && !points.some(({ uuid }) => uuid === point.uuid);
      const kept = { ...entry, ...(isOurs ? { allure: point.uuid } : {}) };
      writeEntries(files.verdicts, [...others, kept].slice(-KEPT_RUNS));
    },
  };
}

/** Where the history of an environment lies. */
export function historyFiles(folder: string, environment: string): { verdicts: string; allure: string } {
  return {
    verdicts: join(folder, environment, 'verdicts.jsonl'),
    allure: join(folder, environment, 'allure.jsonl'),
  };
}

/** A run in short. Tests that did not run say nothing about themselves. */
function entryOf(manifest: RunManifest, { run, endedAt, tests, versions }: RunVerdict): HistoryEntry {
  const ran = tests.filter(({ capability, reason }) => capability !== 'run' && reason !== DID_NOT_RUN);
  return {
    schema: 'meshproof.dev/history/v1',
    run,
    endedAt,
    inputs: inputsOf(manifest, versions),
    tests: Object.fromEntries(ran.map(({ id, verdict }) => [id, verdict])),
  };
}

/**
 * Hash of everything that ought to decide the verdicts of a run: mesh, versions, images, what was selected, the settings of the
 * environment, and the code of program and suites. Not the seed: a verdict that hangs on the order is a flake. Not the quarantine: it
 * changes no test's verdict.
 */
export function inputsOf(manifest: RunManifest, versions: RunVerdict['versions']): string {
  const { lab, code } = manifest;
  const { file: _file, quarantine: _quarantine, ...settings } = lab.environment;
  const inputs = [versions, lab.mesh, lab.images.digests, coverageOf(manifest), settings, code];
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}
