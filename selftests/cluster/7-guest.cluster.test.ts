import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { expect, test } from '@playwright/test';
import { makersOf } from '../../lib/environment/kind/makers.ts';
import { sweepGuest } from '../../lib/run/guest.ts';
import { GUEST } from '../../lib/run/guest-spec.ts';
import { exec } from '../../lib/support/exec.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { apply, ignoreMissing, waitFor } from '../../lib/support/kube.ts';
import { environmentDir, projectRoot } from '../../lib/support/paths.ts';
import { clusterOf, programEnvironment, requireLab } from './lab.ts';

/** A program that makes a guest through the library. */
const MAKER = `
  import { openGuest } from './lib/run/guest.ts';
  import { findLab } from './lib/run/provision.ts';
  await openGuest({ lab: findLab('kind-istio'), run: 'torture', open: () => ({}) }).arrive();
  setTimeout(() => {}, 600_000);`;

test('a guest whose maker was killed in the middle is swept, with its peering, and nothing goes on making it', async () => {
  const lab = requireLab();
  const name = `${lab.environment.name}-${GUEST}`;
  const nodes = async () => {
    const filter = `label=io.x-k8s.kind.cluster=${name}`;
    const args = ['ps', '--all', '--filter', filter, '--format', '{{.Names}}'];
    return (await exec('docker', args, { env: { DOCKER_HOST: dockerHostOf(lab.access) } })).stdout
      .split('\n')
      .filter(Boolean);
  };
  const maker = spawn(execPath, ['--input-type=module', '--eval', MAKER], {
    cwd: projectRoot,
    stdio: 'ignore',
    env: { ...process.env, ...programEnvironment() },
  });
  await waitFor('a node of the guest', async () => (await nodes()).length > 0, { timeoutMs: 120_000 });
  maker.kill('SIGKILL');
  expect(existsSync(join(environmentDir(lab.environment.name), GUEST, 'journal.jsonl'))).toBe(true);
  // As far as a run that was killed later would have come.
  const { kube } = clusterOf(lab, 'west');
  const secret = { namespace: lab.mesh.namespace, name: `istio-remote-secret-${GUEST}` };
  await apply(kube, [{ apiVersion: 'v1', kind: 'Secret', metadata: secret }]);

  const swept = await sweepGuest(lab);

  expect(swept).toContain(`peering with ${GUEST} in west`);
  expect(swept).toContain(`node ${name}-control-plane`);
  expect(await nodes()).toEqual([]);
  expect(makersOf(name)).toEqual([]);
  expect(existsSync(join(environmentDir(lab.environment.name), GUEST))).toBe(false);
  expect(await ignoreMissing(kube.core.readNamespacedSecret(secret))).toBeUndefined();
  expect(await sweepGuest(lab)).toEqual([]);
});
