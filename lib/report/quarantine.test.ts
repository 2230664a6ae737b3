import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type TestInfo, test } from '@playwright/test';
import { parse } from 'yaml';
import { fakeLab } from '../../selftests/fake-lab.ts';
import type { Verdict } from '../model/verdict.ts';
import { checkQuarantine } from '../run/verify.ts';
import { finishReport } from './finish.ts';
import { reportFiles } from './read-manifest.ts';
import { sampleRun, sampleTest } from './sample-run.ts';
import { writeVerdict } from './verdict-file.ts';

const ID = 'dns/cluster-ip: flickers';

/** All reports of a run on 1 January: a test that is in quarantine until a day, and one that passed. */
async function reportsOf(info: TestInfo, verdict: Verdict, expires: string) {
  const output = info.outputPath(`${verdict}-${expires}`);
  mkdirSync(output, { recursive: true });
  const files = reportFiles(output);
  const lab = fakeLab();
  const quarantine = [{ test: ID, reason: 'drops one in a thousand', owner: 'team net', expires }];
  writeVerdict(files.verdict, sampleRun([sampleTest(verdict, { id: ID }), sampleTest('passed')]));
  const { verdict: run } = await finishReport(
    {
      id: 'run-1',
      command: 'meshproof verify',
      startedAt: '2026-01-01T00:00:00.000Z',
      seed: 1,
      output,
      lab: { ...lab, environment: { ...lab.environment, quarantine } },
      stages: {},
      world: 'fake',
      selection: { suites: [] },
    },
    { endedAt: new Date('2026-01-01T00:01:00Z') },
  );
  const results = readdirSync(files.allureResults)
    .filter((name) => name.endsWith('-result.json'))
    .map((name) => JSON.parse(readFileSync(join(files.allureResults, name), 'utf8')) as { fullName: string });
  return {
    run,
    summary: readFileSync(files.summary, 'utf8'),
    junit: readFileSync(files.junit, 'utf8'),
    conformance: parse(readFileSync(files.conformance, 'utf8')) as object,
    allure: results.find(({ fullName }) => fullName === ID),
    page: readFileSync(files.allureIndex, 'utf8'),
  };
}

test('a failure in quarantine does not decide, and every report shows it with a mark of its own', async ({}, info) => {
  const { run, summary, junit, conformance, allure, page } = await reportsOf(info, 'failed', '2026-01-01');
  expect(run).toMatchObject({ verdict: 'passed', exitCode: 0, quarantined: [ID], counts: { failed: 1 } });
  expect(summary).toContain('## 🚧 Meshproof: passed, not answering for 1 test in quarantine');
  expect(summary).toContain(`- 🚧 ❌ **failed** ${ID}`);
  expect(summary).toContain('in quarantine until 2026-01-01, does not decide the verdict');
  expect(junit).toContain('failures="0" errors="0" skipped="1"');
  expect(junit).toContain('<skipped message="failed, in quarantine until 2026-01-01');
  expect(conformance).toMatchObject({
    verdict: 'passed',
    complete: false,
    promises: [{ id: ID, verdict: 'failed', quarantine: expect.stringContaining('team net') }, {}],
  });
  expect(allure).toMatchObject({
    status: 'failed',
    labels: expect.arrayContaining([{ name: 'quarantine', value: 'failed' }]),
  });
  expect(page).toContain('not answering for 1 test in quarantine');
});

test('the day after, it decides again, and every report says that the quarantine has expired', async ({}, info) => {
  const { run, summary, junit, conformance, allure } = await reportsOf(info, 'failed', '2025-12-31');
  expect(run).toMatchObject({ verdict: 'failed', exitCode: 1 });
  expect(run).not.toHaveProperty('quarantined');
  expect(summary).toContain('## ❌ Meshproof: failed');
  expect(summary).toContain('### ⏰ Quarantine EXPIRED');
  expect(junit).toMatch(/<failure [^>]*type="failed">[^<]*its quarantine EXPIRED on 2025-12-31/);
  expect(conformance).toMatchObject({ verdict: 'failed', complete: true });
  expect(JSON.stringify(allure)).toContain('its quarantine EXPIRED on 2025-12-31');
  expect(JSON.stringify(allure)).not.toContain('"name":"quarantine"');
});

test('an entry that has expired is shown though its test passes, so that somebody removes it', async ({}, info) => {
  const { run, summary } = await reportsOf(info, 'passed', '2025-12-31');
  expect(run.verdict).toBe('passed');
  expect(summary).toContain('### ⏰ Quarantine EXPIRED');
});

test('a broken environment is never let pass', async ({}, info) => {
  const { run, summary } = await reportsOf(info, 'broken', '2026-12-31');
  expect(run).toMatchObject({ verdict: 'broken', exitCode: 3 });
  expect(summary).toContain('which does not cover broken');
});

test('an entry that names no test is refused before anything is touched', () => {
  const quarantine = [{ test: ID, reason: 'known to flicker', owner: 'me', expires: '2026-12-31' }];
  const environment = { file: 'environments/a.yaml', quarantine };
  expect(() => checkQuarantine(environment, [{ id: `${ID} more` }])).toThrow(/there is no test "dns/);
  expect(() => checkQuarantine(environment, [{ id: ID }])).not.toThrow();
});
