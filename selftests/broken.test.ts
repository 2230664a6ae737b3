import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, test } from '@playwright/test';
import { openFaults, readJournal } from '../lib/fault/journal.ts';
import { tryExec } from '../lib/support/exec.ts';
import { projectRoot } from '../lib/support/paths.ts';
import { nameOf, plant, type Planted, plantedSuites, verdictOf } from './product-suites.ts';
import { runInline } from './run-inline.ts';

const BROKEN: Planted[] = [
  { suite: 'dns/cluster-ip', defect: 'no-agent', says: 'no running pod of meshproof-mesh/cart in east' },
  { suite: 'failover/node-kill', defect: 'no-pod', says: 'east: no running pod of payments' },
  {
    suite: 'failover/node-kill',
    defect: 'revert-fails',
    says: /could not be reverted: the rules are still there.*meshproof sweep/s,
  },
  {
    suite: 'failover/node-kill',
    defect: 'never-steady-again',
    says: 'workloads available: not after 120000 ms',
  },
];

/** Mistakes in a suite itself: never a fault of the mesh, and never a pass. */
const head = `import { expect, test } from '../../fixtures/index.ts';\n`;
const MISTAKES: Record<string, string> = {
  'throws something plain': `throw new Error('oops');`,
  'has no fault in its test': `
    const traffic = await from.workload('cart').in('west').streaming(world.service('payments'));
    await expect(traffic).toRecoverWithin(budget.failover.nodeKill);`,
  'names a cluster that is not there': `await inject.linkPartition({ from: 'west', to: 'north' });`,
  'negates a promise': `
    await expect(from.workload('cart').in('east').resolving(world.service('payments'))).not.toResolveTo(
      await world.clusterIpOf(world.service('payments'), { in: 'east' }));`,
  'negates a broken promise': `
    await expect(from.workload('cart').in('east').resolving(world.service('payments'))).not.toBeUnknown();`,
};

test('what is no fault of the mesh is broken, and a fault that stands is in the journal', async () => {
  const mistakes = Object.entries(MISTAKES).map(
    ([title, body]) => `test('${title}', async ({ world, from, inject, budget }) => {${body}\n});\n`,
  );
  const run = await runInline(
    {
      ...(await plantedSuites(BROKEN)),
      'dns/mistakes.spec.ts': [head, ...mistakes, plant('')].join(''),
      'dns/misspelt.spec.ts': `${head}${plant('permisive')}
        test('plants what is no defect', async ({ from, world }) => {
          await expect(from.outsideMesh('east').calling(world.service('payments').in('east'))).toBeRejected({ as: 'plaintext' });
        });`,
    },
    { keep: true },
  );
  try {
    for (const planted of BROKEN) {
      expect.soft(verdictOf(run.verdict.tests, planted), nameOf(planted)).toMatchObject({
        verdict: 'broken',
        reason: expect.stringMatching(planted.says),
      });
    }
    const reasons = Object.fromEntries(
      run.verdict.tests.map(({ title, verdict, reason }) => [title, `${verdict}: ${reason}`]),
    );
    expect.soft(reasons['throws something plain']).toBe('broken: oops');
    expect.soft(reasons['has no fault in its test']).toContain('broken: no fault was injected in this test');
    expect.soft(reasons['names a cluster that is not there']).toContain('broken: no worker in cluster north');
    expect.soft(reasons['negates a promise']).toContain('broken: a promise has no negation');
    expect.soft(reasons['negates a broken promise']).toContain('broken: a promise has no negation');
    expect.soft(reasons['plants what is no defect']).toContain('no defect is called permisive');
    expect(run.verdict).toMatchObject({
      verdict: 'broken',
      exitCode: 3,
      counts: { broken: run.verdict.tests.length },
    });
    expect(openFaults(readJournal(join(run.folder, 'journal.jsonl')))).toHaveLength(1);
  } finally {
    await rm(run.folder, { recursive: true, force: true });
  }
});

test('a promise that nobody waits for is none', async () => {
  const run = await runInline({
    'dns/forgotten.spec.ts': `${head}
      test('forgets to wait', async ({ world, from }) => {
        const payments = world.service('payments').in('west');
        void expect(from.outsideMesh('east').handshakingWith(payments)).toPresentIdentityOf('nobody');
      });`,
  });
  const [judged] = run.verdict.tests;
  expect(judged).toMatchObject({
    verdict: 'inconclusive',
    reason: expect.stringContaining('asserted nothing'),
  });
  expect(run.verdict.verdict).not.toBe('passed');
});

for (const [what, args, says] of [
  ['an unknown option', ['verify', '--bogus'], "unknown option '--bogus'"],
  ['a suite that is none', ['verify', '--suite', 'weather'], '"weather" is no suite'],
  ['an environment that is not there', ['verify', '--environment', 'nowhere.yaml'], 'nowhere.yaml'],
] as const) {
  test(`${what} is wrong usage: exit code 64`, async () => {
    const result = await tryExec(execPath, ['lib/cli/main.ts', ...args], { cwd: projectRoot });
    expect(result.stderr).toContain(says);
    expect(result.exitCode).toBe(64);
  });
}
