import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { DetectionRow } from '../../lib/prove/detection.ts';
import { meshproof, requireLab } from './lab.ts';

/** Quick ones of several suites; `meshproof prove` without `--only` plants all of them. */
const SOME = [
  'discovery-remote-secret-gone',
  'mtls-old-tls',
  'mtls-open-mesh',
  'observability-doubled-calls',
];

test('planted defects are caught by the right suites, for the right reason, and healed', {
  tag: '@nightly',
}, async () => {
  requireLab();
  const output = mkdtempSync(join(tmpdir(), 'meshproof-prove-'));
  const run = await meshproof(['prove', '--only', SOME.join(','), '--json', '-o', output]);
  const rows = JSON.parse(run.stdout) as DetectionRow[];
  expect(rows.map(({ defect, detection, detail }) => [defect, detection, detail])).toEqual(
    SOME.map((defect) => [defect, 'caught', undefined]),
  );
  expect(run.exitCode).toBe(0);
});
