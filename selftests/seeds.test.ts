import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { expect, test } from '@playwright/test';
import type { PlannedTest } from '../lib/model/run.ts';
import { orderFolder, reportFiles } from '../lib/report/read-manifest.ts';
import { readVerdict } from '../lib/report/verdict-file.ts';
import { writeManifest } from '../lib/run/manifest.ts';
import { runSuites } from '../lib/run/suites.ts';
import { listTests } from '../lib/run/test-list.ts';
import { projectRoot } from '../lib/support/paths.ts';
import { fakeLab } from './fake-lab.ts';
import { cleanEnvironment } from './run-inline.ts';

/** Suites that share callers and services, one of which makes a service: what one leaves behind, another would meet. */
const SUITES =
  /^(discovery\/(propagation|remote-service|same-name|shared-service)|dns\/(cluster-ip|headless|unknown-name)|mtls\/identity): /;

/** What these tests come to in the order that the seed decides, and that order. */
async function run(tests: PlannedTest[], seed: number) {
  const output = join(projectRoot, 'reports', 'output', `selftest-seed-${seed}`);
  const manifest = {
    id: `selftest-seed-${seed}`,
    command: 'meshproof verify (self-test)',
    startedAt: new Date().toISOString(),
    seed,
    output,
    lab: fakeLab(),
    stages: {},
    world: 'fake' as const,
    tests,
  };
  try {
    const { signal } = new AbortController();
    await runSuites(writeManifest(manifest), manifest, { workers: 1, signal, output: 'ignore' });
    const results = readVerdict(reportFiles(output).verdict).tests;
    const files = (await readdir(orderFolder(output))).filter((name) => name.endsWith('.ts')).sort();
    return {
      order: files.map((name) => name.replace(/^\d+-/, '')),
      verdicts: Object.fromEntries(results.map(({ id, verdict }) => [id, verdict])),
    };
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

test('no verdict hangs on the order that the seed decides', async () => {
  // The runner is started as a user starts it, without the variables of the one that runs this test.
  const before = { ...env };
  Object.assign(env, cleanEnvironment());
  try {
    const all = await listTests({ suites: [], profile: 'extended' });
    const tests = all.filter(({ id }) => SUITES.test(id));
    const first = await run(tests, 1);
    const second = await run(tests, 2);
    expect(second.order).not.toEqual(first.order);
    expect(second.order.toSorted()).toEqual(first.order.toSorted());
    expect(second.verdicts).toEqual(first.verdicts);
    expect(Object.keys(first.verdicts)).toHaveLength(tests.length);
    expect([...new Set(Object.values(first.verdicts))]).toEqual(['passed']);
  } finally {
    Object.assign(env, before);
    if (before['NO_COLOR'] === undefined) delete env['NO_COLOR'];
  }
});
