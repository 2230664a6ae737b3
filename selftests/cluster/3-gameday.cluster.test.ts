import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { tidyNode } from '../../lib/fault/mechanisms/leftovers.ts';
import type { GamedayResult } from '../../lib/gameday/result.ts';
import { openKube } from '../../lib/support/kube.ts';
import { open } from './injector.ts';
import { meshproof, requireLab } from './lab.ts';
import { atTerminal } from './terminal.ts';

const PROBE = `
name: own-test
title: Our own test
hypothesis: It is felt a little, and no more.
probes:
  - { name: payments, from: west, steady: { errorRatio: 0.02, p99: 800ms } }
targets: { rto: 60s, rpo: 500 }
`;

type Said = Omit<GamedayResult, 'recordings'> & { seal: string };

/** Runs a scenario of a test's own; its evidence is in the folder. */
async function gameday(text: string, ...flags: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-gameday-'));
  const file = join(folder, 'given.yaml');
  writeFileSync(file, text);
  const evidence = join(folder, 'evidence');
  const args = ['gameday', 'run', file, '--json', '-o', evidence, ...flags];
  const { exitCode, stdout, stderr } = await meshproof(args);
  return { exitCode, stdout, stderr, evidence };
}

async function leftovers(): Promise<string[]> {
  const lab = requireLab();
  const nodes = lab.clusters.flatMap((cluster) => cluster.nodes);
  return (await Promise.all(nodes.map(({ container }) => tidyNode(lab.access, container)))).flat();
}

test('several faults at once and one after the other: judged, reverted, and the evidence shows every edit', async () => {
  const steps = `steps:
  - note: two at once
  - parallel:
      - - inject: { kind: link-partition, from: west, to: east, plane: data }
          for: 6s
      - - inject: { kind: cpu-pressure, cluster: east, node: '@worker:1', workers: 1 }
          for: 6s
  - inject: { kind: pod-kill, cluster: east, namespace: meshproof-mesh, app: payments }
    for: 5s
  - human: somebody looks at a dashboard
`;
  const run = await gameday(PROBE + steps, '--yes');
  expect(run.exitCode, run.stderr).toBe(0);
  const said = JSON.parse(run.stdout) as Said;
  expect(said.verdict).toBe('passed');
  const proven = said.faults.map(({ name, effect, proof }) => [
    name,
    effect !== undefined,
    proof !== undefined,
  ]);
  // Which of two that begin together is listed first is nobody's promise.
  expect(proven.slice(0, 2)).toEqual(
    expect.arrayContaining([
      ['link-partition', true, true],
      ['cpu-pressure', true, true],
    ]),
  );
  expect(proven.slice(2)).toEqual([['pod-kill', true, true]]);
  const [first, second] = said.faults.map(({ injectedAt, revertedAt }) => ({
    from: injectedAt?.to ?? 0,
    to: revertedAt ?? 0,
  }));
  expect(
    first && second && first.from < second.to && second.from < first.to,
    'they hold at the same time',
  ).toBe(true);
  execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: run.evidence });
  expect(readFileSync(join(run.evidence, 'index.html'), 'utf8')).toContain('<svg role="img"');
  expect(await leftovers()).toEqual([]);
  expect(open(requireLab())).toEqual([]);
});

test('planes are watched apart: without a control plane pushes and renewals stop, and calls go on', {
  tag: '@nightly',
}, async () => {
  const west = 'from: west, steady: { errorRatio: 0.02, p99: 5s }, during: { stops: true }';
  const probes = `  - { name: pushes, plane: control, ${west} }
  - { name: leaves, plane: certificates, ${west} }
targets:`;
  const steps = `steps:
  - inject: { kind: workload-outage, cluster: west, program: istiod }
    for: 20s
    allowLastCopy: true
`;
  const run = await gameday(PROBE.replace('targets:', probes) + steps, '--yes');
  expect(run.exitCode, run.stderr).toBe(0);
  const said = JSON.parse(run.stdout) as Said;
  const stopped = (probe: string) => said.findings.find((one) => one.probe === probe)?.stoppedMs ?? 0;
  for (const probe of ['pushes', 'leaves']) expect(stopped(probe), probe).toBeGreaterThan(15_000);
  // Read from the proxy: nothing that calls need is lost, so nothing is expected to fail.
  expect(said.predictions).toMatchObject([{ probe: 'payments', expectedMs: 0 }]);
  const clocks = said.timing.clocks.flatMap(({ before, after }) => [before, after]);
  expect(clocks.length).toBeGreaterThan(1);
  for (const clock of clocks) expect(Math.abs(clock?.offsetMs ?? 1000)).toBeLessThan(100);
  for (const { resolutionMs } of said.timing.probes) expect(resolutionMs).toBeGreaterThan(0);
  const services = await openKube(
    requireLab().clusters[1]?.kubeconfig ?? '',
  ).core.listServiceForAllNamespaces();
  expect(services.items.filter(({ metadata }) => metadata?.name?.startsWith('pushes-'))).toEqual([]);
});

test('an abort condition halts a game day at once, reverts, and fails it', async () => {
  const steps = `abort:
  - { p99: 500ms, over: 3s }
steps:
  - inject: { kind: link-latency, from: west, to: east, delay: 700ms }
    for: 5m
  - wait: 5m
`;
  const run = await gameday(PROBE + steps, '--yes');
  expect(run.exitCode, run.stderr).toBe(1);
  const said = JSON.parse(run.stdout) as Said;
  expect(said.reasons[0]).toMatch(/^halted: payments: p99 .* over 3 s, 500 ms may be/);
  const [fault] = said.faults;
  const heldMs = (fault?.revertedAt ?? Number.POSITIVE_INFINITY) - (fault?.injectedAt?.to ?? 0);
  expect(heldMs).toBeLessThan(60_000);
  expect(await leftovers()).toEqual([]);
});

test('a person at a terminal confirms, takes notes, pauses, skips what is waited for, and aborts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-gameday-'));
  const file = join(folder, 'given.yaml');
  const steps = `steps:
  - human: somebody looks at a dashboard
  - wait: 5m
  - inject: { kind: link-partition, from: west, to: east, plane: data }
    for: 5m
`;
  writeFileSync(file, PROBE + steps);
  const evidence = join(folder, 'evidence');
  const { exitCode, screen, left } = await atTerminal(
    ['gameday', 'run', file, '-o', evidence],
    [
      ['Type kind-istio to', 'kind-istio\r'],
      ['a note if you like', 'it is green\r'],
      [/│ no fault holds/, 'o'],
      ['observation: ', 'a spike at noon\r'],
      [/│ no fault holds/, 'p'],
      [/PAUSED │/, 'p'],
      ['goes on', 's'],
      [/│ holds: link-partition/, 'a'],
    ],
  );
  expect(left, screen).toEqual([]);
  const { events, faults } = JSON.parse(readFileSync(join(evidence, 'result.json'), 'utf8')) as Said;
  const told = events.filter(({ kind }) => ['observation', 'decision', 'abort'].includes(kind));
  expect(told.map(({ text }) => text)).toEqual([
    'it is green',
    'a spike at noon',
    'paused; dead-men go on',
    'goes on',
    'skipped what was waited for',
    'by a person',
  ]);
  expect(faults[0]?.proof).toBeDefined();
  expect(exitCode).toBe(2);
  expect(await leftovers()).toEqual([]);
});

test('a rehearsal injects nothing and says so; a scenario that is none changes nothing', async () => {
  // Where the resolvers of the cluster run just now is another matter.
  const steps =
    'steps:\n  - inject: { kind: node-kill, cluster: east, node: "@worker:1" }\n    for: 2s\n    allowLastCopy: true\n';
  const rehearsed = await gameday(PROBE + steps, '--rehearse');
  expect(rehearsed.exitCode, rehearsed.stderr).toBe(0);
  const said = JSON.parse(rehearsed.stdout) as Said;
  expect([said.rehearsed, said.verdict, said.faults[0]?.injectedAt]).toEqual([
    true,
    'inconclusive',
    undefined,
  ]);
  expect(said.events.map(({ text }) => text).join()).toContain('rehearsal: not injected');
  const wrong = await gameday(`${PROBE}steps:\n  - inject: { kind: node-melt }\n`, '--yes');
  expect([wrong.exitCode, wrong.stderr]).toEqual([64, expect.stringContaining('given.yaml:9')]);
  const unasked = await gameday(PROBE + steps);
  expect([unasked.exitCode, unasked.stderr]).toEqual([64, expect.stringContaining('nobody can be asked')]);
});
