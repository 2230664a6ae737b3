import { defineConfig } from '@playwright/test';
import { artifactsOf, orderFolder, readManifest } from './lib/report/read-manifest.ts';
import { awsEnv } from './selftests/aws/moto.ts';
import { runReporters } from './reports/reporters.ts';

const manifest = process.env['MESHPROOF_RUN'] || undefined;
/** `meshproof verify` runs a phase's suites in an order of its own; the self-tests put theirs somewhere else. */
const suites =
  process.env['MESHPROOF_SUITES'] ??
  (manifest && process.env['MESHPROOF_FIRST_PHASE'] ? orderFolder(readManifest(manifest).output) : 'suites');

// Our own tests never call AWS: what names no server of its own (selftests/aws/moto.ts) meets a closed port.
if (manifest === undefined) Object.assign(process.env, awsEnv('http://127.0.0.1:1'));

/** `meshproof verify` says how many workers the tests get that do more than wait. */
const busy = process.env['MESHPROOF_BUSY_WORKERS'];

/** Tests that take too long for every change. */
const NIGHTLY = /@nightly\b/;
const onClusters = { testDir: '.', testMatch: /\.cluster\.test\.ts$/, timeout: 1_800_000, workers: 1 };

/**
 * One runner for every test. `unit` and `selftest` need nothing but Node; `cluster` needs a kind engine, and
 * so does `nightly`, what takes too long for every change; the others
 * are the phases of the product's own suites, started by `meshproof verify`, which leaves the run's manifest in
 * MESHPROOF_RUN.
 */
export default defineConfig({
  fullyParallel: true,
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  // Playwright empties this folder at its start: two runs at a time must not share one.
  outputDir: manifest === undefined ? 'reports/output/own-tests' : artifactsOf(manifest),
  reporter: runReporters(manifest),
  projects: [
    { name: 'unit', testDir: '.', testMatch: /(?<!\.cluster)\.test\.ts$/, testIgnore: /selftests\// },
    {
      name: 'selftest',
      testDir: 'selftests',
      testMatch: /(?<!\.cluster)\.test\.ts$/,
      grepInvert: NIGHTLY,
      timeout: 120_000,
      workers: 2,
    },
    { name: 'cluster', ...onClusters, grepInvert: NIGHTLY },
    {
      name: 'nightly',
      ...onClusters,
      testMatch: [onClusters.testMatch, /selftests\/aws\/[^/]+\.test\.ts$/],
      grep: NIGHTLY,
    },
    {
      name: 'conformance',
      testDir: suites,
      grepInvert: /@(waiting|exclusive|disruptive|last)\b/,
      timeout: 180_000,
      ...(busy === undefined ? {} : { workers: Number(busy) }),
    },
    { name: 'waiting', testDir: suites, grep: /@waiting\b/, timeout: 180_000, workers: 1 },
    {
      name: 'exclusive',
      testDir: suites,
      grep: /@exclusive\b/,
      timeout: 300_000,
      workers: 1,
      fullyParallel: false,
    },
    {
      name: 'disruptive',
      testDir: suites,
      grep: /@disruptive\b/,
      timeout: 300_000,
      workers: 1,
      fullyParallel: false,
    },
    { name: 'last', testDir: suites, grep: /@last\b/, timeout: 180_000, workers: 1 },
    // How a run carries out the three before: in one go, in the order of its files.
    {
      name: 'serial',
      testDir: suites,
      grep: /@(exclusive|disruptive|last)\b/,
      timeout: 300_000,
      workers: 1,
      fullyParallel: false,
    },
  ],
});
