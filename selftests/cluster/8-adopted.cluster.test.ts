import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { leftoverTables } from '../../lib/fault/mechanisms/nftables.ts';
import { tidyNode } from '../../lib/fault/mechanisms/leftovers.ts';
import { compareRights } from '../../lib/rbac/cover.ts';
import { loadScenario } from '../../lib/gameday/load.ts';
import { rightsForCost, rightsForGameday } from '../../lib/rbac/rights.ts';
import { bareManifest } from '../../lib/prove/runner.ts';
import { labBackend } from '../../lib/run/lab-backend.ts';
import { findLab } from '../../lib/run/provision.ts';
import { readState } from '../../lib/run/state.ts';
import { removeWaysIn } from '../../lib/run/sweep.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { accounts, accountsGone, askedIn, ISTIOCTL, recordedIn } from './accounts.ts';
import { adoptedEnvironment, contextOf, throughJobs } from './adopted.ts';
import { injectorOf, killGroup, start } from './injector.ts';
import { clusterOf, meshproof, requireLab } from './lab.ts';

const NAME = 'adopted';
/** It asks the API server from a node, and watches all planes: others take the same rights, or less (rights.test.ts). */
const SCENARIO = 'certificate-authority-loss';
const lab = requireLab();
const nodes = lab.clusters.flatMap((cluster) => cluster.nodes);

/** What faults have left in the nodes; looked at through the engine, not by the way that is tested. */
async function left(): Promise<string[]> {
  return (await Promise.all(nodes.map(({ container }) => tidyNode(lab.access, container)))).flat();
}

async function jobs(): Promise<string[]> {
  const lists = await Promise.all(
    lab.clusters.map(({ name }) =>
      clusterOf(lab, name).kube.batch.listNamespacedJob({ namespace: 'meshproof-system' }),
    ),
  );
  return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata?.name ?? ''));
}

const withoutAccounts = () => accountsGone(lab, NAME);

// Also before: what a run that was killed has left.
test.beforeEach(withoutAccounts);
test.afterEach(withoutAccounts);

const partition = ['link-partition', '--from', 'west', '--to', 'east', '--plane', 'data', '--for', '2s'];

test('clusters that have not opted in are not touched, whatever is said', async ({}, info) => {
  const file = adoptedEnvironment(lab, { name: NAME, path: (name) => info.outputPath(name) });
  expect((await meshproof(['env', 'up', '--environment', file])).exitCode).toBe(0);
  for (const said of [[], ['--allow-disruption']]) {
    const refused = await meshproof([
      'fault',
      'inject',
      ...partition,
      '-n',
      NAME,
      '--confirm',
      NAME,
      ...said,
    ]);
    expect(refused.exitCode, refused.stderr).toBe(64);
    expect(refused.stderr).toContain('meshproof.dev/allow-disruption=true');
  }
  // Nor is a node looked into, which takes a privileged pod.
  const adopted = findLab(NAME);
  if (!adopted) throw new Error(`${NAME} is not up`);
  const manifest = bareManifest(adopted, 'run-1', { seed: 1, output: '', command: '' });
  await using backend = labBackend(manifest);
  await expect(backend.onNode('east', nodes[0]?.name ?? '', ['true'])).rejects.toThrow('did not make');
  await using willing = labBackend({ ...manifest, lab: { ...adopted, disruption: 'allowed' } });
  expect((await willing.onNode('east', nodes[0]?.name ?? '', ['true'])).exitCode).toBe(0);
  expect(await jobs()).toHaveLength(1);
  await removeWaysIn(adopted);
  await waitFor('no Job is left', async () => (await jobs()).length === 0, { timeoutMs: 30_000 });
  expect(await left()).toEqual([]);
});

test('a context on the deny list is refused before anything is called', async ({}, info) => {
  const file = adoptedEnvironment(lab, { name: NAME, path: (name) => info.outputPath(name) });
  const config = info.outputPath('config');
  mkdirSync(join(config, 'meshproof'), { recursive: true });
  writeFileSync(join(config, 'meshproof/deny.yaml'), 'contexts: ["*-west"]\n');
  const refused = await meshproof(['env', 'up', '--environment', file], { XDG_CONFIG_HOME: config });
  expect(refused.exitCode, refused.stderr).toBe(64);
  expect(refused.stderr).toContain(`context ${contextOf('west')} matches *-west`);
  expect(readState(NAME)?.phase).not.toBe('up');
});

test(
  'a game day runs with the rights that are printed for it, and uses every one of them',
  {
    tag: '@nightly',
  },
  async ({}, info) => {
    const path = (name: string) => info.outputPath(name);
    const { tokens } = await accounts(lab, [SCENARIO, '--opt-in']);
    const file = adoptedEnvironment(lab, { name: NAME, path, tokens });
    const requests = path('requests.jsonl');
    const run = ['gameday', 'run', SCENARIO, '--environment', file, '--allow-disruption'];
    const day = await meshproof([...run, '--confirm', NAME, '--output', path('day')], recordedIn(requests));
    expect(day.stderr).not.toMatch(/forbidden/i);
    // Whether the mesh was as quick as the scenario wants is another matter than whether all of it could be done.
    expect([0, 2], day.stdout + day.stderr).toContain(day.exitCode);
    const { faults } = JSON.parse(readFileSync(path('day/result.json'), 'utf8')) as {
      faults: { effect?: string; proof?: string }[];
    };
    expect(faults.length).toBeGreaterThan(1);
    for (const { effect = '', proof = '' } of faults) expect([effect, proof]).not.toContain('');
    const { forbidden, unused } = compareRights(
      rightsForGameday(loadScenario(SCENARIO).scenario, { rehearse: false }),
      askedIn(requests),
    );
    expect({ forbidden, unused }).toEqual({ forbidden: [], unused: ISTIOCTL });
    expect([await jobs(), await left()]).toEqual([[], []]);
  },
);

test(
  'costs are measured with the rights that are printed for it, all of which it uses',
  {
    tag: '@nightly',
  },
  async ({}, info) => {
    const path = (name: string) => info.outputPath(name);
    const { tokens } = await accounts(lab, ['cost']);
    const file = adoptedEnvironment(lab, { name: NAME, path, tokens });
    const requests = path('requests.jsonl');
    const quick = ['--seconds', '12', '--services', '5', '--changes', '2', '--output', path('cost')];
    const cost = await meshproof(['cost', '--environment', file, ...quick], recordedIn(requests));
    expect(cost.stderr).not.toMatch(/forbidden/i);
    expect(cost.exitCode, cost.stdout + cost.stderr).toBe(0);
    expect(compareRights(rightsForCost(), askedIn(requests))).toEqual({ forbidden: [], unused: ISTIOCTL });
    expect(await jobs()).toEqual([]);
  },
);

test('what a right is missing for is said, and nothing stays broken', async ({}, info) => {
  const { tokens } = await accounts(lab, ['link-partition', '--opt-in'], (rule) => rule === 'pods/exec');
  const file = adoptedEnvironment(lab, { name: NAME, path: (name) => info.outputPath(name), tokens });
  expect((await meshproof(['env', 'up', '--environment', file])).exitCode).toBe(0);
  const args = ['fault', 'inject', ...partition, '-n', NAME, '--confirm', NAME, '--allow-disruption'];
  const failed = await meshproof(args);
  expect(failed.exitCode, failed.stderr).toBe(3);
  expect(failed.stderr).toMatch(/403|forbidden/i);
  expect(await left()).toEqual([]);
  // Nobody could look whether it is gone: that stays open until somebody can.
  expect((await meshproof(['sweep', NAME])).exitCode).toBe(3);
  await accounts(lab, ['link-partition', '--opt-in']);
  const swept = await meshproof(['fault', 'revert', '-n', NAME]);
  expect(swept.stdout, swept.stderr).toContain('reverted link-partition');
});

test('what was broken through a Job goes at its deadline by the timer in the node, when its maker and the Jobs are dead', async () => {
  const jobbed = throughJobs(lab);
  const maker = start(injectorOf(jobbed, { kind: 'link-partition', from: 'west', to: 'east' }, 25_000));
  const tables = async () => {
    const all = await Promise.all(nodes.map(({ container }) => leftoverTables(container, lab.access)));
    return all.flat();
  };
  await waitFor('the partition is in place', async () => (await tables()).length === 3, {
    timeoutMs: 60_000,
    everyMs: 100,
  });
  killGroup(maker);
  for (const { name } of lab.clusters)
    await clusterOf(lab, name).kube.batch.deleteCollectionNamespacedJob({
      namespace: 'meshproof-system',
      propagationPolicy: 'Background',
    });
  expect((await tables()).length).toBe(3);
  await waitFor('it is gone', async () => (await tables()).length === 0, { timeoutMs: 40_000, everyMs: 250 });
  expect((await meshproof(['sweep'])).exitCode).toBe(0);
  expect(await left()).toEqual([]);
});
