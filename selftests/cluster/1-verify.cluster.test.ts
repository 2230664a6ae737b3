import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { journalFile, openFaults, readJournal } from '../../lib/fault/journal.ts';
import { reportFiles } from '../../lib/report/read-manifest.ts';
import { meshproof, notPassed, reportText, requireLab, verify } from './lab.ts';

test('the core profile is green on a healthy mesh, and its report is sealed', async () => {
  requireLab();
  const run = await verify('--profile', 'core');
  expect(notPassed(run), run.stdout).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(run.verdict.tests.length).toBeGreaterThan(20);
  const check = await meshproof(['report', 'check', '-o', run.output, '--seal', run.verdict.seal ?? 'none']);
  expect(check.stdout).toContain('as it was sealed');
  const file = reportFiles(run.output).conformance;
  writeFileSync(file, readFileSync(file, 'utf8').replace('verdict: passed', 'verdict: failed'));
  expect((await meshproof(['report', 'check', '-o', run.output])).exitCode).toBe(1);
});

test('latency and failover are green, measured, and in a report that a person can open', async () => {
  const lab = requireLab();
  const run = await verify('--suite', 'latency,failover');
  // Each zone of the default environment has one worker.
  expect(notPassed(run), run.stdout).toEqual([
    expect.stringMatching(/^latency not-applicable: .* same-zone/),
  ]);
  expect(run.exitCode).toBe(0);
  for (const name of ['nodeKill', 'linkPartition'] as const) {
    const file = name === 'nodeKill' ? 'failover/node-kill' : 'failover/link-partition';
    const figures = run.verdict.tests.find(({ id }) => id.startsWith(file))?.figures ?? {};
    expect(figures['steadyMs']).toBeLessThanOrEqual(lab.environment.budgets.failover[name].steadyMs);
    expect(figures['failbackMs']).toBeGreaterThan(0);
    expect(figures['resolutionMs']).toBeGreaterThan(0);
  }
  expect(reportText(run, 'summary')).toContain('passed');
  expect(reportText(run, 'junit')).toMatch(/failures="0"/);
  expect(existsSync(reportFiles(run.output).allureIndex)).toBe(true);
  expect(readFileSync(reportFiles(run.output).allureIndex, 'utf8').length).toBeGreaterThan(500_000);
  expect(run.verdict.versions['istio']).toBe(lab.mesh.version);
  expect(openFaults(readJournal(journalFile(lab.environment.name)))).toEqual([]);
});
