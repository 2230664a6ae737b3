import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { leftoverTables } from '../../lib/fault/mechanisms/nftables.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { findLab } from '../../lib/run/provision.ts';
import { readState, writeState } from '../../lib/run/state.ts';
import { acquireLease } from '../../lib/run/lease.ts';
import { exec } from '../../lib/support/exec.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { injector, killGroup, open, start } from './injector.ts';
import { clusterOf, meshproof, notPassed, PROGRAM, requireLab, verify } from './lab.ts';

/** Tables of ours in all nodes, and nodes that do not run. */
async function broken(lab: Lab): Promise<string[]> {
  const nodes = lab.clusters.flatMap((cluster) => cluster.nodes);
  const found = await Promise.all(
    nodes.map(async ({ container }) => {
      const env = { DOCKER_HOST: dockerHostOf(lab.access) };
      const { stdout } = await exec('docker', ['inspect', '--format', '{{.State.Running}}', container], {
        env,
      });
      return stdout.trim() === 'true' ? leftoverTables(container, lab.access) : [`${container} is stopped`];
    }),
  );
  return found.flat();
}

test('kill -9 in the middle of a fault: the next run sweeps it and is green', async () => {
  const lab = requireLab();
  const run = start([
    PROGRAM,
    'verify',
    '--suite',
    'failover',
    '--output',
    mkdtempSync(join(tmpdir(), 'meshproof-killed-')),
  ]);
  await waitFor('a fault that bites', async () => open(lab)[0], { timeoutMs: 240_000 });
  await waitFor('the fault in place', async () => (await broken(lab)).length > 0, { timeoutMs: 30_000 });
  killGroup(run);
  // Playwright's workers revert when their parent dies; they are in the same group, so nothing is left to do it.
  const again = await verify('--grep', '^dns/(cluster-ip|headless):');
  expect(notPassed(again), again.stdout + again.stderr).toEqual([]);
  expect(again.exitCode).toBe(0);
  expect(await broken(lab)).toEqual([]);
  expect(open(lab)).toEqual([]);
});

test('a partition whose maker is dead goes at its deadline, by the timer in the node', async () => {
  const lab = requireLab();
  const maker = start(injector({ kind: 'link-partition', from: 'west', to: 'east' }, 25_000));
  const plan = await waitFor('the partition is meant', async () => open(lab)[0], {
    timeoutMs: 30_000,
    everyMs: 50,
  });
  await waitFor('the partition is in place', async () => (await broken(lab)).length > 0, {
    timeoutMs: 30_000,
    everyMs: 100,
  });
  killGroup(maker);
  await waitFor('the tables are gone', async () => (await broken(lab)).length === 0, { timeoutMs: 60_000 });
  const late = Date.now() - plan.deadline;
  expect(late).toBeGreaterThan(-1500);
  expect(late).toBeLessThan(5000);
  expect((await meshproof(['sweep'])).exitCode).toBe(0);
  expect(open(lab)).toEqual([]);
});

test('a killed node whose killer is dead is started at the deadline, by the watchdog', async () => {
  const lab = requireLab();
  const node = clusterOf(lab, 'east').nodes.at(-1)?.name ?? '';
  const maker = start(injector({ kind: 'node-kill', cluster: 'east', node }, 20_000));
  const plan = await waitFor('the node kill is meant', async () => open(lab)[0], {
    timeoutMs: 30_000,
    everyMs: 50,
  });
  await waitFor('the node is down', async () => (await broken(lab)).length > 0, {
    timeoutMs: 30_000,
    everyMs: 100,
  });
  killGroup(maker);
  await waitFor('the watchdog reverted', async () => open(lab).length === 0, { timeoutMs: 90_000 });
  expect(Date.now()).toBeGreaterThan(plan.deadline);
  expect(await broken(lab)).toEqual([]);
  await waitFor(
    'the node is Ready again',
    async () => {
      const { items } = await clusterOf(lab, 'east').kube.core.listNode();
      return items.every(({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
      );
    },
    { timeoutMs: 120_000 },
  );
});

test('an environment that another run holds is refused, and left as it is', async () => {
  const lab = requireLab();
  await using _held = await acquireLease(lab, 'run-of-somebody-else');
  // One that is to go in the end is not to go under the run that uses it.
  const state = readState(lab.environment.name);
  if (!state) throw new Error('the lab has no state');
  writeState({ ...state, temporary: true });
  const refused = await meshproof(['verify', '--suite', 'dns']).finally(() => writeState(state));
  expect(findLab(lab.environment.name)).toEqual(lab);
  expect(refused.exitCode).toBe(3);
  const down = await meshproof(['env', 'down']);
  expect(down.exitCode).toBe(3);
  expect(down.stderr).toContain('kind-istio is in use');
  expect(refused.stderr).toContain('kind-istio is in use: run run-of-somebody-else');
  const namespaces = await clusterOf(lab, 'east').kube.core.listNamespace({
    labelSelector: 'meshproof.dev/run',
  });
  expect(namespaces.items).toEqual([]);
});

test('sweep finds nothing where nothing is left', async () => {
  const swept = await meshproof(['sweep']);
  expect(swept.exitCode, swept.stderr).toBe(0);
  expect(swept.stdout).toContain('nothing to sweep');
});
