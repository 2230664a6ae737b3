import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { GamedayResult } from '../../lib/gameday/result.ts';
import type { Recording } from '../../lib/model/call-plan.ts';
import { meshproof } from './lab.ts';

/** Who connects anew feels it: open connections to the first cluster end with its gateways. */
const SCENARIO = `
name: own-test
title: Our own test
hypothesis: A cluster with a bad root is passed over by the others, and used again afterwards.
probes:
  - { name: payments, from: "@last", steady: { errorRatio: 0.02, p99: 800ms } }
targets: { rto: 60s, rpo: 500 }
steps:
  - inject: { kind: bad-root, cluster: "@first" }
    as: root
  - wait: 5s
  - inject: { kind: pod-kill, cluster: "@first", namespace: istio-system, app: istio-eastwestgateway }
    as: gateways
    allowLastCopy: true
  - wait: 5s
  - revert: gateways
  - wait: 15s
  - revert: root
  - note: who was ejected twice is for 20 s
  - wait: 30s
`;

test('a cluster with a bad root answers others over open connections only, and as before when it is gone', {
  tag: '@nightly',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshproof-gameday-'));
  const file = join(folder, 'given.yaml');
  writeFileSync(file, SCENARIO);
  const evidence = join(folder, 'evidence');
  const run = await meshproof(['gameday', 'run', file, '--yes', '--json', '-o', evidence]);
  expect(run.exitCode, run.stderr).toBe(0);
  const { events } = JSON.parse(run.stdout) as Pick<GamedayResult, 'events'>;
  const at = (kind: string, fault: string) =>
    events.find((one) => one.kind === kind && one.fault === fault)?.at ?? Number.NaN;
  const { observations } = JSON.parse(
    readFileSync(join(evidence, 'recordings/payments.json'), 'utf8'),
  ) as Recording;
  const byFirst = (from: number, to: number) => {
    const answered = observations.filter(
      (one) => one.intendedAt >= from && one.intendedAt < to && one.outcome === 'ok',
    );
    expect(answered.length).toBeGreaterThan(50);
    return answered.filter(({ answeredBy }) => answeredBy?.cluster === 'east').length / answered.length;
  };
  const bites = at('effect', 'root');
  expect(byFirst(bites, bites + 4000), 'open connections go on').toBeGreaterThan(0.2);
  // By the proof of their revert they are ready.
  const anew = at('reverted', 'gateways') + 3000;
  expect(byFirst(anew, anew + 10_000), 'its gateways are back, and nobody trusts who is behind them').toBe(0);
  const end = observations.at(-1)?.intendedAt ?? 0;
  expect(byFirst(end - 4000, end), 'all is as before').toBeGreaterThan(0.2);
});
