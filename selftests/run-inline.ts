import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { env, execPath } from 'node:process';
import type { Lab } from '../lib/model/lab.ts';
import type { RunManifest } from '../lib/model/run.ts';
import type { RunVerdict } from '../lib/model/verdict.ts';
import { reportFiles } from '../lib/report/read-manifest.ts';
import { readVerdict } from '../lib/report/verdict-file.ts';
import { tryExec } from '../lib/support/exec.ts';
import { projectRoot } from '../lib/support/paths.ts';
import { fakeLab } from './fake-lab.ts';

export interface InlineOptions {
  /** Parts of the fake lab that the suites see. */
  lab?: Partial<Lab>;
  /** More arguments for `playwright test`. */
  args?: readonly string[];
  env?: Record<string, string>;
  /** Keeps the folder of the run; its path is in the result. */
  keep?: boolean;
}

export interface InlineRun {
  /** Of Playwright; the product's exit code is in the verdict. */
  exitCode: number;
  verdict: RunVerdict;
  /** What the run printed. */
  output: string;
  /** Folder of the run; gone unless it was kept. */
  folder: string;
}

/**
 * Runs suites given as text against the fake world, with the product's own configuration and reporters. Keys are
 * paths below `suites/`; sources import `../../fixtures/index.ts` as real suites do.
 */
export async function runInline(
  suites: Record<string, string>,
  options: InlineOptions = {},
): Promise<InlineRun> {
  const id = `selftest-${randomUUID().slice(0, 8)}`;
  const folder = join(projectRoot, 'reports', 'output', id);
  try {
    await writeSuites(join(folder, 'suites'), suites);
    const manifest = await writeManifest(folder, id, options.lab);
    const result = await tryExec(execPath, playwrightCall(options.args ?? []), {
      cwd: projectRoot,
      env: {
        ...cleanEnvironment(),
        MESHPROOF_RUN: manifest,
        MESHPROOF_SUITES: join(folder, 'suites'),
        ...options.env,
      },
    });
    const output = `${result.stdout}\n${result.stderr}`;
    return { exitCode: result.exitCode, verdict: readVerdict(reportFiles(folder).verdict), output, folder };
  } finally {
    if (options.keep !== true) await rm(folder, { recursive: true, force: true });
  }
}

async function writeSuites(folder: string, suites: Record<string, string>): Promise<void> {
  for (const [name, source] of Object.entries(suites)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    const fixtures = `${relative(dirname(file), join(projectRoot, 'fixtures'))}/`;
    await writeFile(file, source.replaceAll('../../fixtures/', fixtures));
  }
  // A project whose folder is missing is an error to Playwright.
  await mkdir(join(folder, 'failover'), { recursive: true });
}

async function writeManifest(folder: string, id: string, lab: Partial<Lab> | undefined): Promise<string> {
  const manifest: RunManifest = {
    id,
    command: 'meshproof verify (self-test)',
    startedAt: new Date().toISOString(),
    seed: 1,
    output: folder,
    lab: fakeLab(lab),
    stages: {},
    world: 'fake',
  };
  const file = join(folder, 'manifest.json');
  await writeFile(file, JSON.stringify(manifest));
  return file;
}

function playwrightCall(args: readonly string[]): string[] {
  const cli = createRequire(import.meta.url).resolve('@playwright/test/cli');
  return [
    cli,
    'test',
    '--project=conformance',
    '--project=waiting',
    '--project=exclusive',
    '--project=disruptive',
    '--project=last',
    '--workers=1',
    ...args,
  ];
}

/** The outer runner's own variables would tell the inner one that it is a worker, or colour its output. */
export function cleanEnvironment(): Record<string, string> {
  const own = Object.keys(env).filter((name) =>
    /^(TEST_|PW_|PWTEST|PLAYWRIGHT_|FORCE_COLOR|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(own.map((name) => [name, ''])), NO_COLOR: '1' };
}
