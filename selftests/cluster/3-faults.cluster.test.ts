import { expect, test } from '@playwright/test';
import { ONLY_ON_AWS } from '../../lib/fault/aws/catalogue.ts';
import { injectFault } from '../../lib/fault/inject.ts';
import { dockerPause } from '../../lib/fault/mechanisms/docker-pause.ts';
import { tidyNode } from '../../lib/fault/mechanisms/leftovers.ts';
import { planFault } from '../../lib/fault/plan.ts';
import { samplePlan } from '../../lib/fault/sample-plan.ts';
import { FAULT_KINDS } from '../../lib/model/fault.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { acquireLease } from '../../lib/run/lease.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { CASES } from './fault-cases.ts';
import { lastWorker } from './fault-health.ts';
import { injector, killGroup, open, start } from './injector.ts';
import { meshproof, requireLab } from './lab.ts';

const CLUSTER = 'west';

/** What a sweep of all nodes would find. */
async function leftovers(lab: Lab): Promise<string[]> {
  const nodes = lab.clusters.flatMap((cluster) => cluster.nodes);
  return (await Promise.all(nodes.map(({ container }) => tidyNode(lab.access, container)))).flat();
}

// A fault that one test leaves open would fail all that come after it, and say nothing of them.
test.afterEach(async ({}, { status, expectedStatus }) => {
  if (status !== expectedStatus) await meshproof(['fault', 'revert']);
});

/** Another target of a kind that is tried on one anyway. */
const AGAIN = new Set([
  'freeze of istiod',
  'freeze of CoreDNS',
  'freeze of the gateway',
  'outage of CoreDNS',
  'outage of the gateway',
  'link-partition of the data plane, both ways',
  'link-partition of the control plane',
  'node-partition of the DNS plane',
]);

for (const [name, { fault, health, unharmed, amid }] of Object.entries(CASES)) {
  const tag = AGAIN.has(name) ? { tag: '@nightly' } : {};
  test(`${name} is felt while it holds, and gone afterwards`, tag, async () => {
    const lab = requireLab();
    const healthy = () => health(lab);
    await using _lease = await acquireLease(lab, 'own tests');
    await using _amid = await amid?.(lab);
    await waitFor('all is well before', healthy, { timeoutMs: 120_000 });
    expect((await unharmed?.(lab)) ?? true).toBe(true);
    const plan = planFault(fault(lab), lab, { run: 'own-tests', lastsMs: 120_000 });
    // Whatever it says, and when: the harm is seen by somebody who asks, while it is being proven or afterwards.
    const injecting = injectFault(plan);
    const felt = waitFor('the harm is felt', async () => !(await healthy()), {
      timeoutMs: 60_000,
      everyMs: 100,
    });
    const [injected] = await Promise.allSettled([injecting, felt]);
    if (injected.status === 'rejected') throw injected.reason;
    await using active = injected.value;
    await felt;
    expect(active.effect).not.toBe('');
    expect((await unharmed?.(lab)) ?? true, 'what it must leave alone').toBe(true);
    expect((await active.revert()).proof).not.toBe('');
    await active.settle();
    await waitFor('all is well again', healthy, { timeoutMs: 180_000 });
    expect(await leftovers(lab)).toEqual([]);
    expect(open(lab)).toEqual([]);
  });
}

test('every kind of fault of the catalogue is injected here, but for those of AWS', () => {
  const lab = requireLab();
  expect(Object.keys(CASES)).toEqual(expect.arrayContaining([...AGAIN]));
  const once = Object.entries(CASES).filter(([name]) => !AGAIN.has(name));
  const tried = new Set(once.map(([, { fault }]) => fault(lab).kind));
  const here = FAULT_KINDS.filter((kind) => !(kind in ONLY_ON_AWS));
  expect([...tried].sort()).toEqual([...here].sort());
});

/** Of a dead-man that another of these has, too. */
const AT_NIGHT = new Set(['freeze of the API server', 'memory-pressure']);

for (const name of [
  'node-pause',
  'freeze of the API server',
  'link-latency',
  'memory-pressure',
  'bad-root',
]) {
  const tag = AT_NIGHT.has(name) ? { tag: '@nightly' } : {};
  test(`${name}: when its maker is killed with -9, the dead-man ends it at the deadline`, tag, async () => {
    const lab = requireLab();
    const { fault, health } = CASES[name] ?? {};
    if (!fault || !health) throw new Error(`no case ${name}`);
    const healthy = () => health(lab);
    await waitFor('all is well before', healthy, { timeoutMs: 120_000 });
    const maker = start(injector(fault(lab), 14_000));
    const plan = await waitFor('the fault is meant', async () => open(lab)[0], {
      timeoutMs: 30_000,
      everyMs: 50,
    });
    await waitFor('the harm is felt', async () => !(await healthy()), { timeoutMs: 12_000, everyMs: 100 });
    killGroup(maker);
    await waitFor('all is well again', healthy, { timeoutMs: 60_000, everyMs: 100 });
    // A timer of systemd knows whole seconds; who asks needs a moment, and so do pods that start.
    expect(Date.now() - plan.deadline).toBeGreaterThan(-1500);
    expect(Date.now() - plan.deadline).toBeLessThan(10_000);
    expect((await meshproof(['fault', 'revert'])).exitCode).toBe(0);
    expect(open(lab)).toEqual([]);
    expect(await leftovers(lab)).toEqual([]);
  });
}

test('a dead-man survives the loss of its node: what its deadline found off is undone when the node is back', async () => {
  const lab = requireLab();
  const [cluster] = lab.clusters.filter(({ name }) => name === CLUSTER);
  const node = cluster?.nodes.find(({ role }) => role === 'control-plane');
  if (!node) throw new Error('no control plane');
  const docker = (...args: string[]) =>
    tryExec('docker', args, { env: { DOCKER_HOST: dockerHostOf(lab.access) }, timeout: 30_000 });
  const { fault, health } = CASES['outage of CoreDNS'] ?? {};
  if (!fault || !health) throw new Error('no case');
  const maker = start(injector(fault(lab), 14_000));
  const plan = await waitFor('the fault is meant', async () => open(lab)[0], {
    timeoutMs: 30_000,
    everyMs: 50,
  });
  await waitFor('the harm is felt', async () => !(await health(lab)), { timeoutMs: 12_000, everyMs: 100 });
  killGroup(maker);
  await docker('kill', node.container);
  await new Promise((resolve) => setTimeout(resolve, plan.deadline + 1000 - Date.now()));
  expect((await docker('start', node.container)).exitCode).toBe(0);
  await waitFor('all is well again', () => health(lab), { timeoutMs: 180_000 });
  expect((await meshproof(['fault', 'revert'])).exitCode).toBe(0);
  expect(await leftovers(lab)).toEqual([]);
});

test('a node that is paused while commands are being started in it stands still, and goes on', async () => {
  const lab = requireLab();
  const env = { DOCKER_HOST: dockerHostOf(lab.access) };
  const docker = (...args: string[]) => tryExec('docker', args, { env, timeout: 20_000 });
  const node = lastWorker(lab).container;
  const image = (await docker('inspect', '--format', '{{.Config.Image}}', node)).stdout.trim();
  // A node like any other, but nobody's: one in ten pauses meets a lock, and a mesh would be down for it each time.
  const container = `${node}-paused`;
  const alone = ['--detach', '--rm', '--network', 'none', '--name', container, '--entrypoint', 'sleep'];
  expect((await docker('run', ...alone, image, '300')).exitCode).toBe(0);
  const target = { cluster: CLUSTER, node: 'paused', container };
  const plan = samplePlan({
    access: lab.access,
    mechanism: 'docker-pause',
    targets: [target],
    deadline: Date.now() + 300_000,
  });
  const rounds = new AbortController();
  const starts = [1, 2, 3].map(async () => {
    while (!rounds.signal.aborted) await docker('exec', container, 'ls', '/');
  });
  try {
    for (let round = 0; round < 2; round++) {
      await dockerPause.inject(plan);
      await dockerPause.proveEffect(plan);
      expect((await docker('exec', container, 'true')).exitCode, 'it stands still').not.toBe(0);
      await dockerPause.revert(plan);
      expect((await docker('exec', container, 'true')).exitCode, 'it goes on').toBe(0);
    }
  } finally {
    rounds.abort();
    await dockerPause.revert(plan);
    await Promise.all(starts);
    await docker('rm', '--force', container);
  }
});

test('fault inject holds a fault as long as it is told, and says what showed that it bit and that it is gone', async () => {
  const args = ['link-partition', '--from', 'east', '--to', CLUSTER, '--plane', 'data', '--both-ways'];
  const { exitCode, stdout, stderr } = await meshproof([
    'fault',
    'inject',
    ...args,
    '--for',
    '3s',
    '--yes',
    '--json',
  ]);
  expect(exitCode, stderr).toBe(0);
  const said = JSON.parse(stdout) as {
    effect: string;
    injectedAt: { to: number };
    reverted: { startedAt: number; proof: string };
  };
  expect(said.effect).toMatch(/\d+ packets hit on /);
  expect(said.reverted.proof).toMatch(/^no table meshproof_/);
  expect(said.reverted.startedAt - said.injectedAt.to).toBeGreaterThanOrEqual(2900);
});

test('fault plan touches nothing, and bad input is refused before anything is', async () => {
  const lab = requireLab();
  const node = lastWorker(lab).name;
  const plan = await meshproof(['fault', 'plan', 'node-pause', '--cluster', CLUSTER, '--node', node]);
  expect(plan.exitCode).toBe(0);
  expect(plan.stdout).toContain(`${CLUSTER}/${node}`);
  for (const [args, says] of [
    [['node-melt'], 'no fault node-melt'],
    [['node-pause', '--cluster', CLUSTER], '--node is missing'],
    [['cluster-outage', '--cluster', 'north'], 'no cluster north'],
    [['link-loss', '--from', 'east', '--to', CLUSTER, '--percent', '0'], '--percent 0'],
    [['cluster-outage', '--cluster', CLUSTER], 'nobody can be asked'],
  ] as const) {
    const refused = await meshproof(['fault', 'inject', ...args, '--allow-last-copy']);
    expect([refused.exitCode, refused.stderr]).toEqual([64, expect.stringContaining(says)]);
  }
  const istiod = ['workload-outage', '--cluster', CLUSTER, '--program', 'istiod'];
  const guarded = await meshproof(['fault', 'inject', ...istiod, '--yes']);
  expect([guarded.exitCode, guarded.stderr]).toEqual([64, expect.stringContaining('last ready copy')]);
  expect(await leftovers(lab)).toEqual([]);
});
