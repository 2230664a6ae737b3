import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { fakeLab } from '../../selftests/fake-lab.ts';
import { ipOverlaps, ipPlanTable } from '../analysis/ip-plan.ts';
import { forgetIpPlan, IP_PLAN_ATTACHMENT, keepIpPlan } from './ip-plan.ts';
import { reportFiles } from './read-manifest.ts';

test('what a test attached becomes a report of its own, and goes with its run', () => {
  const output = mkdtempSync(join(tmpdir(), 'meshproof-ip-plan-'));
  const { ipPlan } = reportFiles(output);
  const run = { id: 'run-1', startedAt: '2026-01-01T00:00:00.000Z', output, lab: fakeLab() };
  const uses = ['east', 'west'].map((cluster) => ({
    cluster,
    network: `${cluster}-net`,
    pods: ['10.10.0.0/16'],
    services: [`10.1${cluster.length}0.0.0/16`],
    nodes: [`192.0.2.${cluster === 'east' ? 1 : 2}`],
  }));
  try {
    keepIpPlan(run, [{ name: 'calm before the test', body: Buffer.from('{}') }]);
    expect(existsSync(ipPlan)).toBe(false);
    const table = ipPlanTable(uses, ipOverlaps(uses), []);
    const early = { name: IP_PLAN_ATTACHMENT, body: Buffer.from('an earlier look') };
    keepIpPlan(run, [early, { name: IP_PLAN_ATTACHMENT, body: Buffer.from(table) }]);
    const text = readFileSync(ipPlan, 'utf8');
    expect(text).toMatch(/^# IP plan of fake\n/);
    expect(text).toContain('run-1');
    expect(text).toContain(table);
    expect(text).not.toContain('an earlier look');
    const path = join(output, 'attachment.md');
    writeFileSync(path, 'from a file');
    keepIpPlan(run, [{ name: IP_PLAN_ATTACHMENT, path }]);
    expect(readFileSync(ipPlan, 'utf8')).toContain('from a file');
    forgetIpPlan(output);
    expect(existsSync(ipPlan)).toBe(false);
  } finally {
    rmSync(output, { recursive: true });
  }
});
