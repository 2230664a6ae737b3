import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openFaults, readJournal } from '../lib/fault/journal.ts';
import { reportFiles } from '../lib/report/read-manifest.ts';
import { fakeLab } from './fake-lab.ts';
import { isLeftOut, productSuites } from './product-suites.ts';
import { runInline } from './run-inline.ts';

/** The control of a lookup must hold for callers of any namespace. */
const FROM_OUTSIDE = `import { expect, test } from '../../fixtures/index.ts';
test('resolves nobody for a stranger', async ({ from, world }) => {
  await expect(from.outsideMesh('east').resolving(world.service('nobody'))).toBeUnknown();
});`;

test('a healthy mesh passes every suite, with figures, pictures and a closed journal', async () => {
  const suites = { ...(await productSuites()), 'dns/from-outside.spec.ts': FROM_OUTSIDE };
  const run = await runInline(suites, { keep: true });
  try {
    // What takes a real API server or node says so; nothing else is left out.
    const open = run.verdict.tests.filter(({ verdict }) => verdict !== 'passed');
    expect(open.filter((test) => !isLeftOut(test))).toEqual([]);
    expect(run.verdict).toMatchObject({ verdict: 'passed', exitCode: 0 });
    expect(run.verdict.counts.passed).toBeGreaterThan(40);

    // The fake mesh gives a lost endpoint up after 1.2 s and takes it back after 3 s; two calls in three go there.
    const figures = run.verdict.tests.find(({ id }) => id.startsWith('failover/node-kill'))?.figures;
    expect(figures?.['steadyMs']).toBeGreaterThan(1000);
    expect(figures?.['steadyMs']).toBeLessThan(1300);
    expect(figures?.['errorSeconds']).toBeCloseTo(0.8, 0);
    expect(figures?.['failbackMs']).toBeGreaterThan(3000);
    expect(figures?.['failbackMs']).toBeLessThan(3300);
    const propagated = run.verdict.tests.find(({ id }) => id.startsWith('discovery/propagation'))?.figures;
    // 800 ms in the fake mesh; then a call in 8 a second has to meet one of its endpoints.
    expect(propagated?.['propagationMs west to east']).toBeGreaterThan(800);
    expect(propagated?.['propagationMs west to east']).toBeLessThan(2000);

    const journal = readJournal(join(run.folder, 'journal.jsonl'));
    expect(journal.filter(({ step }) => step === 'reverted')).toHaveLength(2);
    expect(openFaults(journal)).toEqual([]);
    expect(await timelines(reportFiles(run.folder).allureResults)).toHaveLength(2);
  } finally {
    await rm(run.folder, { recursive: true, force: true });
  }
});

test('what the environment does not promise is not judged, and is no pass', async () => {
  const { environment, clusters } = fakeLab();
  const permissive = { ...environment, expect: { ...environment.expect, mtls: 'permissive' as const } };
  const { 'mtls/plaintext.spec.ts': plaintext = '', 'failover/link-partition.spec.ts': partition = '' } =
    await productSuites();
  const suites = { 'mtls/plaintext.spec.ts': plaintext, 'failover/link-partition.spec.ts': partition };
  const run = await runInline(suites, { lab: { environment: permissive, clusters: clusters.slice(0, 1) } });
  expect(run.verdict).toMatchObject({ verdict: 'inconclusive', exitCode: 2 });
  expect(run.verdict.tests.map(({ verdict, reason }) => [verdict, reason])).toEqual([
    ['not-applicable', 'failover between clusters takes two of them'],
    ['not-applicable', 'the environment does not expect STRICT mutual TLS'],
  ]);
});

test('who answers is judged by what the environment keeps to its clusters', async () => {
  const { environment } = fakeLab();
  const mesh = { ...environment.mesh, clusterLocal: [] };
  const all = await productSuites();
  const files = ['discovery/cluster-local.spec.ts', 'discovery/same-name.spec.ts'];
  const suites = Object.fromEntries(files.map((file) => [file, all[file] ?? '']));
  const run = await runInline(suites, { lab: { environment: { ...environment, mesh } } });
  expect(run.verdict.tests.map(({ verdict, reason }) => [verdict, reason])).toEqual([
    ['not-applicable', 'the environment does not keep till.meshproof-local to its cluster (clusterLocal)'],
    ['passed', expect.anything()],
  ]);
});

async function timelines(allureResults: string): Promise<string[]> {
  const pictures: string[] = [];
  for (const file of await readdir(allureResults)) {
    if (file.endsWith('.svg')) pictures.push(await readFile(join(allureResults, file), 'utf8'));
  }
  return pictures.filter((svg) => /(?:node kill|link partition)/.test(svg));
}
