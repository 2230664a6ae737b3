import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { weighContainers } from './engine-weight.ts';

test('containers weigh more than one process of the host, before the first of them starts', async ({}, info) => {
  const cgroups = info.outputPath('cgroup');
  await mkdir(join(cgroups, 'cpu'), { recursive: true });
  await writeFile(join(cgroups, 'cpu/cpu.shares'), '1024\n');
  expect(await weighContainers({ cgroups })).toBe(true);
  expect(await readFile(join(cgroups, 'cpu/docker/cpu.shares'), 'utf8')).toBe('4096\n');
});

test('a machine without that setting is left as it is', async ({}, info) => {
  const cgroups = info.outputPath('cgroup');
  await mkdir(cgroups, { recursive: true });
  expect(await weighContainers({ cgroups })).toBe(false);
});
