import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { readGate } from '../../lib/gate/gate-file.ts';
import { sideLabel } from '../../lib/gate/sides.ts';
import type { GateFinding, GateResult } from '../../lib/model/gate.ts';
import { runningProxies } from '../../lib/run/mesh-change.ts';
import { sweepLab } from '../../lib/run/sweep.ts';
import { silentLog } from '../../lib/support/log.ts';
import { PLANTED_CANDIDATES, sideOf } from '../candidates/index.ts';
import { meshproof, requireLab } from './lab.ts';

test.describe.configure({ mode: 'serial' });
test.afterEach(async () => void (await sweepLab(requireLab(), silentLog)));

/** A whole gate, as a user would run it. */
async function gated(...args: string[]): Promise<{ exitCode: number; result: GateResult; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-gate-'));
  const { exitCode, stderr } = await meshproof(['gate', '--output', folder, '--json', ...args]);
  expect(exitCode, stderr).toBeLessThan(4);
  return { exitCode: exitCode ?? 70, result: readGate(join(folder, 'gate.json')), folder };
}

test('values that let plaintext in are a NO-GO by the promise that they break, and are gone afterwards', async () => {
  const lab = requireLab();
  const before = await runningProxies(lab, 'east');
  const values = 'selftests/candidates/values/plaintext-accepted.yaml';
  const quick = ['--skip', 'comparison,traffic', '--grep', '^mtls/plaintext:'];
  const { exitCode, result, folder } = await gated('--to', `values:${values}`, ...quick);
  expect(result.decision, JSON.stringify(result.findings)).toBe('NO-GO');
  expect(exitCode).toBe(1);
  expect(result.decidedBy[0]).toMatchObject({ source: 'conformance' });
  expect(result.decidedBy[0]?.words).toContain('mtls/plaintext');
  expect(result.promises.changed).toMatchObject([{ change: 'broken', from: 'passed', to: 'failed' }]);
  expect(result.warnings).toEqual(
    expect.arrayContaining([expect.stringMatching(/of all promises 1 were checked/)]),
  );
  expect(readFileSync(join(folder, 'gate.md'), 'utf8')).toContain('NO-GO');
  expect((await runningProxies(lab, 'east')).map(({ version }) => version).sort()).toEqual(
    before.map(({ version }) => version).sort(),
  );
  expect(await sweepLab(lab, silentLog), 'the gate left nothing').toEqual([]);
});

test('an identical candidate is a GO', { tag: '@nightly' }, async () => {
  const { result } = await gated('--to', 'current');
  expect(result.decision, JSON.stringify(result.findings)).toBe('GO');
});

test('the proxies on the next Envoy lose no call that is not explained', { tag: '@nightly' }, async () => {
  const { result } = await gated('--to', 'envoy:1.40.0');
  expect(['GO', 'INCONCLUSIVE'], JSON.stringify(result.decidedBy)).toContain(result.decision);
  expect(result.traffic?.dropped.filter(({ cause }) => cause.by === 'unknown')).toEqual([]);
});

for (const candidate of PLANTED_CANDIDATES) {
  test(`${candidate.id} is a NO-GO: ${candidate.title}`, { tag: '@nightly' }, async () => {
    const to = sideLabel(await sideOf(candidate, { log: silentLog }));
    const { result } = await gated('--to', to, '--fail-fast', ...candidate.quick);
    expect(result.decision, JSON.stringify(result.findings)).toBe('NO-GO');
    const isReason = ({ source, weight, words }: GateFinding) =>
      weight === 'against' &&
      candidate.reasons.some((reason) => reason.source === source && reason.says.test(words));
    expect(result.findings.some(isReason), JSON.stringify(result.findings)).toBe(true);
  });
}
