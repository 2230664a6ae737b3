import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { RunManifest } from '../model/run.ts';
import { writeManifest } from '../run/manifest.ts';
import { silentLog } from '../support/log.ts';
import { againReport } from './again.ts';
import { checkReport } from './conformance-check.ts';
import { finishReport } from './finish.ts';
import { openReport } from './open.ts';
import { reportFiles } from './read-manifest.ts';
import { sampleRun, sampleTest } from './sample-run.ts';
import { readVerdict, writeVerdict } from './verdict-file.ts';

function manifestIn(output: string, id = 'run-1'): RunManifest {
  return {
    id,
    command: 'meshproof verify',
    startedAt: '2026-01-01T00:00:00.000Z',
    seed: 1,
    output,
    lab: fakeLab(),
    stages: { 'env up': 70 },
    world: 'fake',
  };
}

test.describe('with a verdict and Allure results', () => {
  const output = mkdtempSync(join(tmpdir(), 'meshproof-finish-'));
  const files = reportFiles(output);
  test.describe.configure({ mode: 'serial' });
  test.afterAll(() => rmSync(output, { recursive: true }));

  test('writes every file, and one Allure page that calls nobody', async () => {
    writeVerdict(
      files.verdict,
      sampleRun([sampleTest('failed'), sampleTest('inconclusive', { id: 'dns/x: never ran' })]),
    );
    mkdirSync(files.allureResults);
    const raw = {
      uuid: 'u',
      fullName: 'suites/dns/cluster-ip.spec.ts › is failed',
      status: 'failed',
      labels: [],
    };
    writeFileSync(join(files.allureResults, 'u-result.json'), JSON.stringify(raw));
    const done = await finishReport(manifestIn(output), { stages: { 'env down': 5 } });
    expect(done.verdict).toMatchObject({ verdict: 'failed', exitCode: 1 });
    expect(readVerdict(files.verdict).stages).toEqual({ 'env up': 75.2, suites: 60, 'env down': 5 });
    expect(readFileSync(files.junit, 'utf8')).toContain('<failure');
    expect(readFileSync(files.summary, 'utf8')).toContain('Meshproof: failed');
    expect(done.allure).toBe(files.allureIndex);
    expect(readFileSync(files.allureIndex, 'utf8')).not.toContain('googletagmanager');
    expect(readdirSync(files.allureResults).filter((name) => name.endsWith('-result.json'))).toHaveLength(2);
  });

  test('made again, it says the same', async () => {
    const done = await finishReport(manifestIn(output));
    expect(done.verdict.tests).toHaveLength(2);
    expect(readdirSync(files.allureResults).filter((name) => name.endsWith('-result.json'))).toHaveLength(2);
  });

  test('an error after the suites makes a broken run of a green one', async () => {
    writeVerdict(files.verdict, sampleRun([sampleTest('passed')]));
    const done = await finishReport(manifestIn(output), { errors: ['the fault could not be reverted'] });
    expect(done.verdict).toMatchObject({ verdict: 'broken', exitCode: 3 });
  });

  test('is served on loopback, and nothing but the report', async () => {
    const opened = await openReport(output, { serve: true });
    try {
      expect(opened.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      expect(await (await fetch(opened.url)).text()).toBe(readFileSync(files.allureIndex, 'utf8'));
      expect((await fetch(`${opened.url}../verdict.json`)).status).toBe(404);
    } finally {
      await opened.close();
    }
    expect((await openReport(output)).url).toBe(`file://${files.allureIndex}`);
  });
});

test('no verdict, or that of another run, is a broken run', async () => {
  const output = mkdtempSync(join(tmpdir(), 'meshproof-finish-'));
  try {
    expect((await finishReport(manifestIn(output))).verdict).toMatchObject({
      verdict: 'broken',
      exitCode: 3,
    });
    writeVerdict(reportFiles(output).verdict, sampleRun([sampleTest('passed')]));
    const other = await finishReport(manifestIn(output, 'run-2'));
    expect(other.verdict).toMatchObject({ run: 'run-2', verdict: 'broken' });
  } finally {
    rmSync(output, { recursive: true });
  }
});

test('opening a report that is not there says what to do', async () => {
  await expect(openReport('/nonexistent')).rejects.toMatchObject({
    kind: 'usage',
    nextStep: expect.stringContaining('verify'),
  });
});

test.describe('a report that was signed', () => {
  const output = mkdtempSync(join(tmpdir(), 'meshproof-signed-'));
  const files = reportFiles(output);
  const signKey = join(output, 'key.pem');
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (line: string) => void warnings.push(line) };
  const signed = () => checkReport(output, {}).signed;
  const again = (key?: string) => {
    warnings.length = 0;
    return againReport(output, { log, signKey: key });
  };
  test.describe.configure({ mode: 'serial' });
  test.afterAll(() => rmSync(output, { recursive: true }));

  test('keeps its signature when it is made again and says the same', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(signKey, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeManifest(manifestIn(output));
    writeVerdict(files.verdict, sampleRun([sampleTest('passed')]));
    const endedAt = new Date('2026-01-01T00:01:00.000Z');
    await finishReport(manifestIn(output), { signKey, endedAt });
    expect(signed()).toBe(true);
    const before = readFileSync(files.conformance, 'utf8');
    await again();
    expect(readFileSync(files.conformance, 'utf8')).toBe(before);
    expect(warnings.join()).not.toContain('unsigned');
  });

  test('is unsigned, and says so, when it says something else, until a key signs it', async () => {
    writeVerdict(files.verdict, { ...readVerdict(files.verdict), tests: [sampleTest('failed')] });
    await again();
    expect(signed()).toBe(false);
    expect(warnings.join()).toContain('it is unsigned until --sign-key');
    await again(signKey);
    expect(signed()).toBe(true);
    expect(checkReport(output, {}).problems).toEqual([]);
  });
});
