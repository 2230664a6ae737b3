import { readFileSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import type { RunVerdict } from '../model/verdict.ts';
import { exec } from '../support/exec.ts';
import { projectRoot } from '../support/paths.ts';
import {
  type AllureResult,
  allureResult,
  isRewritten,
  markResult,
  metricsOf,
  resultWithoutRun,
  rewriteResult,
  testIdOf,
} from './rewrite-results.ts';
import { KEPT_RUNS } from './history.ts';
import { keepPrivate } from './keep-private.ts';
import { reportFiles } from './read-manifest.ts';
import { writeWhole } from './write-whole.ts';

/**
 * Rewrites the Allure results of a run in the terms of its verdict, and adds those that Allure never saw. A second
 * call changes nothing more, so a report can be made again from what an earlier one left.
 */
export async function rewriteAllureResults(output: string, run: RunVerdict): Promise<void> {
  const folder = reportFiles(output).allureResults;
  const tests = new Map(run.tests.map((test) => [test.id, test]));
  const flakes = new Map(run.flaky?.map((flake) => [flake.id, flake]));
  const seen = new Set<string>();
  const options = {
    environment: run.environment,
    readPicture: (source: string) => readIfThere(join(folder, source)),
  };
  for (const file of await resultFiles(folder)) {
    const result = allureResult.parse(JSON.parse(await readFile(file, 'utf8')));
    const test = tests.get(testIdOf(result)) ?? tests.get(result.fullName ?? '');
    if (!test) continue;
    seen.add(test.id);
    const ours = isRewritten(result) ? result : rewriteResult(result, test, options);
    await writeFile(file, JSON.stringify(markResult(ours, test, flakes.get(test.id))));
  }
  const missing = run.tests
    .filter(({ id }) => !seen.has(id))
    .map((test) => [test, resultWithoutRun(test, run)] as const);
  for (const [test, result] of missing) writeResult(folder, markResult(result, test, flakes.get(test.id)));
  writeWhole(join(folder, 'meshproof-perf.json'), JSON.stringify(metricsOf(run)));
}

/**
 * Makes the Allure report: one HTML file that opens without a server, and that calls nobody when it is opened. With a file of history
 * it shows the runs before, and adds this one to the file.
 */
export async function generateAllureReport(
  output: string,
  { title, history }: { title: string; history?: string | undefined },
): Promise<string> {
  const files = reportFiles(output);
  await rm(files.allureReport, { recursive: true, force: true });
  const config = join(projectRoot, 'reports', 'allurerc.ts');
  const limit = ['--history-limit', String(KEPT_RUNS)];
  const args = [
    'generate',
    files.allureResults,
    '--config',
    config,
    '--output',
    files.allureReport,
    ...limit,
  ];
  await exec(execPath, [allureCli(), ...args, '--report-name', title], {
    cwd: output,
    timeout: 120_000,
    // Allure takes it from its configuration only.
    env: { MESHPROOF_ALLURE_HISTORY: history ?? '' },
    nextStep:
      'The verdict stands: see verdict.json and summary.md beside it. Check disk space, then run meshproof report again.',
  });
  await writeFile(files.allureIndex, keepPrivate(await readFile(files.allureIndex, 'utf8')));
  return files.allureIndex;
}

/** An attachment that is gone leaves its picture out; the report is made without it. */
function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function allureCli(): string {
  return join(dirname(createRequire(import.meta.url).resolve('allure')), '..', 'cli.js');
}

async function resultFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('-result.json')).map((name) => join(folder, name));
}

function writeResult(folder: string, result: AllureResult): void {
  writeWhole(join(folder, `${result.uuid}-result.json`), JSON.stringify(result));
}
