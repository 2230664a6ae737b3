import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, type TestInfo, test } from '@playwright/test';
import type { RunManifest } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';
import { silentLog } from '../support/log.ts';
import { finishReport } from './finish.ts';
import { historyFiles, inputsOf } from './history.ts';
import { reportFiles } from './read-manifest.ts';
import { sampleManifest, sampleRun, sampleTest } from './sample-run.ts';
import { DID_NOT_RUN, readVerdict, writeVerdict } from './verdict-file.ts';

const ID = 'dns/cluster-ip: flickers';
const files = (info: TestInfo) => historyFiles(info.outputPath('history'), 'fake');

function manifestOf(output: string, changes: Partial<RunManifest> = {}): RunManifest {
  return sampleManifest(output, { id: 'run', code: 'one', ...changes });
}

/** A night: a run with one test of this verdict, and its reports with the history that all nights share. */
async function night(
  info: TestInfo,
  {
    run,
    verdict,
    log = silentLog,
    reason,
  }: { run: string; verdict: Verdict; log?: typeof silentLog; reason?: string },
) {
  const output = info.outputPath(run);
  mkdirSync(output, { recursive: true });
  const tests = [sampleTest(verdict, { id: ID, ...(reason === undefined ? {} : { reason }) })];
  writeVerdict(reportFiles(output).verdict, { ...sampleRun(tests), run });
  const manifest = manifestOf(output, { id: run });
  const endedAt = new Date('2026-01-01T00:01:00Z');
  await finishReport(manifest, { history: info.outputPath('history'), log, endedAt });
  return { output, verdict: readVerdict(reportFiles(output).verdict) };
}

function lines(file: string): Record<string, unknown>[] {
  const text = readFileSync(file, 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('nights add up: trends in Allure, and a test that flickers is flaky with its record', async ({}, info) => {
  expect((await night(info, { run: 'monday', verdict: 'passed' })).verdict.flaky).toEqual([]);
  const { output, verdict } = await night(info, { run: 'tuesday', verdict: 'failed' });
  expect(verdict.flaky).toMatchObject([{ id: ID, runs: 2, counts: { passed: 1, failed: 1 } }]);
  expect(readFileSync(reportFiles(output).summary, 'utf8')).toContain(
    'passed 1 of 2 runs with the same inputs (1 failed)',
  );
  expect(lines(files(info).verdicts)).toMatchObject([{ run: 'monday' }, { run: 'tuesday' }]);
  const points = lines(files(info).allure);
  expect(points).toHaveLength(2);
  // The report of the second night carries the first one's result of the test.
  const page = readFileSync(reportFiles(output).allureIndex, 'utf8');
  const before = Object.values(points[0]?.['testResults'] as Record<string, { id: string }>);
  expect(before).toHaveLength(1);
  expect(embedded(page)).toContain(before[0]?.id);
});

test('a night whose report is made again is in the history once', async ({}, info) => {
  await night(info, { run: 'monday', verdict: 'passed' });
  await night(info, { run: 'monday', verdict: 'passed' });
  expect(lines(files(info).verdicts)).toHaveLength(1);
  expect(lines(files(info).allure)).toHaveLength(1);
});

test('what is unreadable is left out and said; the verdict stands', async ({}, info) => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => void warnings.push(line) };
  await night(info, { run: 'monday', verdict: 'passed' });
  for (const file of Object.values(files(info))) appendFileSync(file, '{"run": "cut o');
  const { verdict } = await night(info, { run: 'tuesday', verdict: 'passed', log });
  expect(verdict.verdict).toBe('passed');
  expect(warnings.filter((line) => line.includes('1 of 2 lines are no run'))).toHaveLength(2);
  expect(lines(files(info).verdicts)).toHaveLength(2);
  expect(lines(files(info).allure)).toHaveLength(2);
});

test('a folder that cannot be written costs the history, not the verdict', async ({}, info) => {
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => void warnings.push(line) };
  writeFileSync(info.outputPath('history'), 'a file');
  const { verdict } = await night(info, { run: 'monday', verdict: 'passed', log });
  expect(verdict.verdict).toBe('passed');
  expect(warnings.join('\n')).toMatch(/history/);
});

test('a test that did not run is none of the record', async ({}, info) => {
  await night(info, { run: 'monday', verdict: 'broken', reason: DID_NOT_RUN });
  expect((await night(info, { run: 'tuesday', verdict: 'passed' })).verdict.flaky).toEqual([]);
});

test('inputs differ with what may decide a verdict, and with nothing else', () => {
  const manifest = manifestOf('/a');
  const { lab } = manifest;
  const versions = { istio: '1.31.0' };
  const { environment } = lab;
  const inputs = (changes: Partial<RunManifest>, of = versions) => inputsOf({ ...manifest, ...changes }, of);
  const same = inputs({});
  const entry = { test: ID, reason: 'known to flicker', owner: 'me', expires: '2026-12-31' };
  const quarantine = { ...lab, environment: { ...environment, file: '/elsewhere', quarantine: [entry] } };
  expect(inputs({ id: 'other', seed: 2, output: '/b', lab: quarantine })).toBe(same);
  const expectations = { ...environment.expect, clockOffsetMs: 1 };
  const changes: Partial<RunManifest>[] = [
    { code: 'two' },
    { profile: 'core' },
    { selection: { suites: ['dns'] } },
    { callers: ['east'] },
    { lab: { ...lab, mesh: { ...lab.mesh, version: 'other' } } },
    { lab: { ...lab, environment: { ...environment, expect: expectations } } },
  ];
  for (const change of changes) expect(inputs(change), JSON.stringify(change).slice(0, 80)).not.toBe(same);
  expect(inputs({}, { istio: '1.32.0' })).not.toBe(same);
});

/** What a one-file report carries: each file of its data is in it as base64. */
function embedded(page: string): string {
  const files = [...page.matchAll(/d\("[^"]*",\s*"([A-Za-z0-9+/=]+)"\)/g)];
  return files.map(([, text = '']) => Buffer.from(text, 'base64').toString('utf8')).join('\n');
}
