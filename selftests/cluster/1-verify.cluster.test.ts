import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { journalFile, openFaults, readJournal } from '../../lib/fault/journal.ts';
import { reportFiles } from '../../lib/report/read-manifest.ts';
import { CAPABILITIES } from '../../lib/run/capabilities.ts';
import { notPassed, reportText, requireLab, verify } from './lab.ts';

test('verify is green on a healthy mesh, measures, and leaves a report that a person can open', async () => {
  const lab = requireLab();
  const run = await verify();
  expect(notPassed(run), run.stdout).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(new Set(run.verdict.tests.map(({ capability }) => capability))).toEqual(new Set(CAPABILITIES));
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
