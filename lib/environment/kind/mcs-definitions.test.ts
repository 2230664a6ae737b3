import { mkdtempSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { ExecResult } from '../../support/exec.ts';
import { mcsDefinitions } from './mcs-definitions.ts';

const GO_MOD = 'module meshproof.dev/kind-node/mcs-api\n\ngo 1.26.0\n\nrequire sigs.k8s.io/mcs-api v9.9.9\n';

function result(exitCode: number, stdout = '', stderr = ''): ExecResult {
  return { exitCode, stdout, stderr };
}

async function pinned(sum: string): Promise<{ folder: string; module: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'mcs-'));
  writeFileSync(join(folder, 'go.mod'), GO_MOD);
  writeFileSync(join(folder, 'go.sum'), `sigs.k8s.io/mcs-api v9.9.9 ${sum}\n`);
  const module = join(folder, 'module');
  await mkdir(join(module, 'config', 'crd'), { recursive: true });
  await writeFile(join(module, 'config', 'crd', 'exports.yaml'), 'kind: CustomResourceDefinition\n');
  await writeFile(join(module, 'config', 'crd', 'embed.go'), 'package crd\n');
  return { folder, module };
}

test('the definitions come out of the pinned module', async () => {
  const { folder, module } = await pinned('h1:right=');
  const asked: string[][] = [];
  const run = async (_file: string, args: readonly string[]) => {
    asked.push([...args]);
    return result(0, args[0] === 'version' ? 'go' : JSON.stringify({ Dir: module, Sum: 'h1:right=' }));
  };
  expect(await mcsDefinitions({ run, folder })).toEqual(['kind: CustomResourceDefinition\n']);
  expect(asked[1]).toEqual(['mod', 'download', '-json', 'sigs.k8s.io/mcs-api@v9.9.9']);
});

test('another module than the pinned one is refused', async () => {
  const { folder, module } = await pinned('h1:right=');
  const run = async () => result(0, JSON.stringify({ Dir: module, Sum: 'h1:other=' }));
  await expect(mcsDefinitions({ run, folder })).rejects.toThrow(/h1:other= is not the pinned one/);
});

test('a module that cannot be fetched says why, and what to do', async () => {
  const { folder } = await pinned('h1:right=');
  const run = async (_file: string, args: readonly string[]) =>
    args[0] === 'version'
      ? result(0)
      : result(1, JSON.stringify({ Error: 'proxy said no', Sum: 'h1:right=' }));
  await expect(mcsDefinitions({ run, folder })).rejects.toMatchObject({
    message: expect.stringContaining('proxy said no'),
    nextStep: expect.stringContaining('mesh.istio.mcs'),
  });
});

test('without Go there are none', async () => {
  const { folder } = await pinned('h1:right=');
  expect(await mcsDefinitions({ run: async () => result(127), folder })).toBeUndefined();
});
