import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { giveLabItsShare } from './engine-share.ts';

/** A machine whose kernel keeps these controllers, with their folders. */
async function machine(folder: string, own: string, controllers: string[]) {
  const host = { proc: join(folder, 'proc'), cgroups: join(folder, 'cgroup') };
  await mkdir(join(host.proc, 'self'), { recursive: true });
  await writeFile(join(host.proc, 'self', 'cgroup'), own);
  for (const name of controllers) await mkdir(join(host.cgroups, name), { recursive: true });
  return host;
}

for (const [what, own, controller] of [
  ['alone', '3:cpuset:/\n1:cpu:/\n0::/\n', 'cpu'],
  ['beside another', '4:cpu,cpuacct:/user.slice\n3:cpuset:/\n', 'cpu,cpuacct'],
] as const)
  test(`all containers together come before other programs, with the controller ${what}`, async ({}, info) => {
    const host = await machine(info.outputPath(), own, [controller]);
    expect(await giveLabItsShare(host)).toBe('meshproof');
    const shares = await readFile(join(host.cgroups, controller, 'meshproof', 'cpu.shares'), 'utf8');
    expect(Number(shares)).toBeGreaterThan(1024);
  });

test('a kernel with one hierarchy for all, and one that cannot be written, leave the engine its own group', async ({}, info) => {
  const unified = await machine(info.outputPath('v2'), '0::/init.scope\n', []);
  expect(await giveLabItsShare(unified)).toBeUndefined();
  expect(existsSync(unified.cgroups)).toBe(false);
  const shut = await machine(info.outputPath('shut'), '1:cpu:/\n', []);
  await writeFile(shut.cgroups, 'no folder');
  expect(await giveLabItsShare(shut)).toBeUndefined();
});
