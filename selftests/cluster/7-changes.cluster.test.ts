import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, test } from '@playwright/test';
import { meshDriver } from '../../lib/mesh/registry.ts';
import type { Lab } from '../../lib/model/lab.ts';
import { openChanges, sweepChanges } from '../../lib/run/changes.ts';
import { findLab } from '../../lib/run/provision.ts';
import { readLines } from '../../lib/support/json-lines.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { ignoreMissing, waitFor } from '../../lib/support/kube.ts';
import { environmentDir, projectRoot } from '../../lib/support/paths.ts';
import { clusterOf, programEnvironment } from './lab.ts';

const ENVIRONMENT = process.env['MESHPROOF_TEST_ENVIRONMENT'] ?? 'kind-istio';
const CLUSTER = 'west';
const FILE = '/run/meshproof-torture';
const MADE = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'torture', namespace: 'default' } };
/** Held by every cluster, and changed by nobody. */
const KEPT = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'default' },
};

function lab(): Lab {
  const found = findLab(ENVIRONMENT);
  if (!found) throw new Error(`${ENVIRONMENT} is not up`);
  return found;
}

const journal = () => join(environmentDir(ENVIRONMENT), 'changes.jsonl');
const nodeOf = () => clusterOf(lab(), CLUSTER).nodes.at(-1);
const onNode = (command: string[]) =>
  tryExec('docker', ['exec', nodeOf()?.container ?? '', ...command], {
    env: { DOCKER_HOST: dockerHostOf(lab().access) },
  });

/** What the changes below touch, as it is in the cluster now. */
async function state() {
  const { kube } = clusterOf(lab(), CLUSTER);
  const { rotation } = meshDriver(lab().environment);
  if (!rotation) throw new Error('a mesh without trust settings');
  const { metadata } = await kube.objects.read(KEPT);
  return {
    made: (await ignoreMissing(kube.objects.read(MADE))) !== undefined,
    annotations: metadata?.annotations,
    file: (await onNode(['test', '-e', FILE])).exitCode === 0,
    trust: rotation.settings.read(await kube.objects.read(rotation.settings.ref)),
  };
}

/** A program of its own that makes one change of each kind and then sleeps, never undoing any. */
function changer(): ChildProcess {
  const program = `
    import { meshDriver } from './lib/mesh/registry.ts';
    import { openChanges } from './lib/run/changes.ts';
    import { findLab } from './lib/run/provision.ts';
    const lab = findLab(${JSON.stringify(ENVIRONMENT)});
    const { newRoot, settings } = meshDriver(lab.environment).rotation;
    const changes = openChanges(lab, 'torture');
    await changes.apply('west', [{ ...${JSON.stringify(MADE)}, data: { made: 'yes' } }]);
    await changes.edit('west', ${JSON.stringify(KEPT)}, (object) => {
      object.metadata.annotations = { ...object.metadata.annotations, torture: 'yes' };
      return object;
    });
    await changes.onNode('west', ${JSON.stringify(nodeOf()?.name)}, ['touch', '${FILE}'], ['rm', '-f', '${FILE}']);
    const root = await newRoot();
    await changes.editMounted('west', settings.ref, settings.readBy, (object) => {
      const held = settings.read(object);
      return settings.write(object, { ...held, roots: [...held.roots, root.certificate] });
    });
    setTimeout(() => {}, 600_000);`;
  return spawn(execPath, ['--input-type=module-typescript', '--eval', program], {
    cwd: projectRoot,
    stdio: 'ignore',
    env: { ...process.env, ...programEnvironment() },
  });
}

// Killed when so many entries are in its journal: between intent and deed of each change, or after the last.
for (const entries of [1, 2, 3, 5]) {
  test(`kill -9 once ${entries} changes are meant: a sweep puts everything back`, async () => {
    await sweepChanges(lab());
    const before = await state();
    const maker = changer();
    const died = new Promise((resolve) => maker.once('exit', resolve));
    try {
      await waitFor(`${entries} entries`, async () => readLines(journal()).length >= entries, {
        timeoutMs: 60_000,
        everyMs: 5,
      });
    } finally {
      maker.kill('SIGKILL');
      await died;
    }
    expect((await sweepChanges(lab())).length).toBeGreaterThanOrEqual(entries);
    expect(await state()).toEqual(before);
    expect(existsSync(journal()), 'the journal held keys').toBe(false);
    expect(await sweepChanges(lab())).toEqual([]);
    await meshDriver(lab().environment).rotation?.settled(clusterOf(lab(), CLUSTER));
  });
}

test('a change is put back after somebody else has written to the object, and one that is gone is made again', async () => {
  const { kube } = clusterOf(lab(), CLUSTER);
  await sweepChanges(lab());
  const before = await state();
  const changes = openChanges(lab(), 'torture');
  await changes.apply(CLUSTER, [{ ...MADE, data: { by: 'first' } } as typeof MADE]);
  const second = openChanges(lab(), 'another');
  await second.remove(CLUSTER, MADE);
  await expect(changes.revert()).rejects.toThrow(/another has changed ConfigMap default\/torture since/);
  await second.revert();
  expect(await kube.objects.read(MADE)).toMatchObject({ data: { by: 'first' } });
  await kube.objects.patch({ ...MADE, data: { by: 'somebody' } } as typeof MADE);
  await changes.revert();
  expect(await state()).toEqual(before);
});
