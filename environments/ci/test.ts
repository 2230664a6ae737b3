import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { execa } from 'execa';
import { z } from 'zod';
import { projectRoot } from '../../lib/support/paths.ts';

/**
 * `npm test`: checks, unit and self-tests, then the real-cluster tests in an environment that it makes and takes
 * away again (one that was up is used and left up). Prints how long each stage took, and ends with
 * "N passed, N failed". Nothing is skipped silently: what could not run counts as failed.
 */
const output = join(projectRoot, 'reports', 'output', 'tests');
const passed: string[] = [];
const failed: string[] = [];
const seconds: [string, number][] = [];

const playwrightReport = z.looseObject({
  stats: z.looseObject({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
});

async function stage(name: string, work: () => Promise<boolean>): Promise<boolean> {
  const started = Date.now();
  console.log(`\n=== ${name}`);
  const held = await work().catch((error: unknown) => {
    console.error(error);
    return false;
  });
  seconds.push([name, (Date.now() - started) / 1000]);
  console.log(`=== ${name}: ${held ? 'passed' : 'FAILED'} after ${seconds.at(-1)?.[1].toFixed(0)} s`);
  return held;
}

async function run(file: string, args: string[], more: Record<string, string> = {}): Promise<boolean> {
  const result = await execa(file, args, {
    cwd: projectRoot,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    reject: false,
    env: more,
  });
  return result.exitCode === 0;
}

const runner = join(projectRoot, 'node_modules', '@playwright', 'test', 'cli.js');
const meshproof = (...args: string[]) => run(execPath, [join(projectRoot, 'lib/cli/main.ts'), ...args]);

/** One stage that is one test: it passes or fails as a whole. */
async function asOneTest(name: string, work: () => Promise<boolean>): Promise<boolean> {
  const held = await stage(name, work);
  (held ? passed : failed).push(name);
  return held;
}

/** Runs Playwright projects and counts every test of theirs. */
async function playwright(name: string, projects: string[]): Promise<void> {
  const report = join(output, `${name.replace(/\W+/g, '-')}.json`);
  await stage(name, async () => {
    const args = [
      runner,
      'test',
      '--workers=2',
      '--reporter=list,json',
      ...projects.map((project) => `--project=${project}`),
    ];
    const held = await run(execPath, args, { PLAYWRIGHT_JSON_OUTPUT_FILE: report });
    const { stats } = playwrightReport.parse(JSON.parse(readFileSync(report, 'utf8')));
    passed.push(...Array.from<string>({ length: stats.expected }).fill(name));
    failed.push(...Array.from<string>({ length: stats.unexpected + stats.flaky }).fill(name));
    if (stats.skipped > 0) console.log(`${stats.skipped} tests were skipped: each says why above`);
    if (!held && stats.unexpected + stats.flaky === 0) throw new Error(`${name}: the runner failed`);
    return held;
  }).then((held) => {
    if (!held && !failed.includes(name)) failed.push(name);
  });
}

/**
 * Debian's own registry stands in for the world's, its static busybox is a container image by itself, and jq is
 * what the runtime wrapper calls.
 */
async function installTestPackages(): Promise<boolean> {
  const programs = {
    'docker-registry': '/usr/bin/docker-registry',
    'busybox-static': '/bin/busybox',
    jq: '/usr/bin/jq',
  };
  const missing = Object.entries(programs).flatMap(([name, program]) => (existsSync(program) ? [] : [name]));
  if (missing.length === 0) return true;
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run('apt-get', ['update', '-qq'], quiet);
  return update && run('apt-get', ['install', '-y', '-qq', ...missing], quiet);
}

mkdirSync(output, { recursive: true });
await asOneTest('packages that the tests call', installTestPackages);
await asOneTest('checks: format, lint, types, dead code, schemas', () =>
  run('npm', ['run', '--silent', 'check']),
);
await playwright('unit and self-tests', ['unit', 'selftest']);
const engineRan = await meshproof('engine', 'status');
await asOneTest('machine: doctor --fix', () => meshproof('doctor', '--fix'));
const wasUp = await meshproof('env', 'status');
if (await asOneTest('environment up', () => meshproof('env', 'up'))) {
  await playwright('real-cluster tests', ['cluster']);
  await stage('left to npm run nightly, for the time that they take', () =>
    run(execPath, [runner, 'test', '--list', '--project=nightly', '--reporter=list']),
  );
} else {
  failed.push('real-cluster tests');
  await stage('diagnosis', () => meshproof('env', 'list'));
}
if (!wasUp) await asOneTest('environment down, nothing left', () => meshproof('env', 'down'));
if (!engineRan && env['CI'] !== undefined) await stage('engine stop', () => meshproof('engine', 'stop'));

const total = seconds.reduce((sum, [, took]) => sum + took, 0);
console.log(
  `\nstages (${total.toFixed(0)} s in all): ${seconds.map(([name, took]) => `${name} ${took.toFixed(0)} s`).join('; ')}`,
);
if (failed.length > 0) console.log(`failed: ${[...new Set(failed)].join('; ')}`);
console.log(`\n${passed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
