import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { exec, tryExec } from '../../support/exec.ts';
import { ensureTool, findOnPath, type ToolDeps } from './tools.ts';
import { type Fetcher, releaseOf } from './tools-release.ts';
import { findVersion, versionFits } from './tools-versions.ts';

const linux = { os: 'linux', arch: 'x64' };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Puts a program that prints `says` into a folder and promises the folder. */
async function program(folder: string, name: string, says: string, exitCode = 0): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\necho '${says}'\nexit ${exitCode}\n`);
  await chmod(join(folder, name), 0o755);
  return folder;
}

/** Runs everything but `go`, which is there or not. */
const withGo =
  (there: boolean): typeof tryExec =>
  async (file, args, options) =>
    file === 'go'
      ? { exitCode: there ? 0 : 127, stdout: '', stderr: '' }
      : await tryExec(file, args, options);

test('finds the version in what each tool prints', () => {
  expect(findVersion('kind v0.33.0 go1.26.8 linux/amd64')).toBe('0.33.0');
  expect(findVersion('Client Version: v1.36.3\nKustomize Version: v5.5.0')).toBe('1.36.3');
  expect(findVersion('client version: 1.31-20260827124520-eed52ebb66ad')).toBe(
    '1.31-20260827124520-eed52ebb66ad',
  );
  expect(findVersion('k6 v1.8.1 (go1.26.8, linux/amd64)')).toBe('1.8.1');
  expect(findVersion('no number here')).toBeUndefined();
});

test('judges versions by what each tool has to fit', () => {
  expect(versionFits('kind', '0.33.2', 'v0.33.0')).toBe(true);
  expect(versionFits('kind', '0.34.0', 'v0.33.0')).toBe(false);
  expect(versionFits('kubectl', '1.37.0', 'v1.36.3')).toBe(true);
  expect(versionFits('kubectl', '1.32.4-dispatcher', 'v1.36.3')).toBe(false);
  expect(versionFits('istioctl', '1.31-20260827', '1.31.1')).toBe(true);
  expect(versionFits('istioctl', '1.30.9', '1.31.1')).toBe(false);
  expect(versionFits('k6', '1.9.0', 'v1.8.1')).toBe(true);
  expect(versionFits('k6', '1.7.9', 'v1.8.1')).toBe(false);
  expect(versionFits('k6', '2.0.0', 'v1.8.1')).toBe(false);
});

test.describe('a tool on the PATH', () => {
  test('is taken when it fits, after others that do not', async ({}, info) => {
    const old = await program(info.outputPath('old'), 'kind', 'kind v0.20.0');
    const broken = await program(info.outputPath('broken'), 'kind', 'oh no', 3);
    const good = await program(info.outputPath('good'), 'kind', 'kind v0.33.1');
    const env = { PATH: ['', '/nowhere', broken, old, good].join(':') };
    expect(await ensureTool('kind', { env })).toEqual({
      path: join(good, 'kind'),
      version: '0.33.1',
      source: 'path',
    });
  });

  test('is refused with the reason when it does not fit', async ({}, info) => {
    const old = await program(info.outputPath(), 'kubectl', 'Client Version: v1.32.4');
    const { misfit } = await findOnPath('kubectl', { env: { PATH: old } });
    expect(misfit).toMatch(/kubectl is 1\.32\.4, and 1\.35 … 1\.37 is needed$/);
    expect(await findOnPath('kubectl', { env: { PATH: '/nowhere' } })).toEqual({});
  });
});

test.describe('a tool from its pinned module', () => {
  test('is built when Go is there', async ({}, info) => {
    const bin = await program(info.outputPath('bin'), 'k6', 'k6 v1.8.1 (go1.26)');
    const asked: string[] = [];
    const build: ToolDeps['build'] = async (module) => {
      asked.push(module);
      return bin;
    };
    const tool = await ensureTool('k6', { env: { PATH: '' }, run: withGo(true), build });
    expect(tool).toEqual({ path: join(bin, 'k6'), version: '1.8.1', source: 'built' });
    expect(asked).toEqual(['k6']);
  });

  test('that does not run is an error', async ({}, info) => {
    const bin = await program(info.outputPath('bin'), 'k6', 'Segmentation fault', 139);
    const build = async () => bin;
    const tool = ensureTool('k6', { env: { PATH: '' }, run: withGo(true), build });
    await expect(tool).rejects.toThrow('k6 does not run');
  });
});

test.describe('a release', () => {
  const offers = (files: Record<string, Uint8Array>): { fetch: Fetcher; asked: string[] } => {
    const asked: string[] = [];
    return {
      asked,
      fetch: async (url) => {
        asked.push(url);
        const file = files[url.split('/').at(-1) ?? ''];
        if (!file) throw new Error(`${url}: HTTP 404`);
        return file;
      },
    };
  };
  const text = (value: string) => new TextEncoder().encode(value);
  const deps = (cache: string) => ({ cache, env: { PATH: '' }, platform: linux, run: withGo(false) });

  test('is fetched, checked, and kept', async ({}, info) => {
    const cache = info.outputPath();
    const bytes = text('#!/bin/sh\necho kind v0.33.0\n');
    const checksums = text(`${sha256(bytes)}  kind-linux-amd64\n`);
    const { fetch, asked } = offers({ 'kind-linux-amd64': bytes, 'kind-linux-amd64.sha256sum': checksums });
    const tool = await ensureTool('kind', { ...deps(cache), fetch });
    expect(tool).toEqual({
      path: join(cache, 'tools/kind-v0.33.0/kind'),
      version: '0.33.0',
      source: 'release',
    });
    expect(asked).toHaveLength(2);
    await ensureTool('kind', { ...deps(cache), fetch });
    expect(asked, 'the second time it is there').toHaveLength(2);
    expect(await readdir(join(cache, 'tools/kind-v0.33.0')), 'no remains of the work').toEqual(['kind']);
  });

  test('comes out of an archive, by the line of a checksum list that names it', async ({}, info) => {
    const cache = info.outputPath('cache');
    await program(info.outputPath('k6-v1.8.1-linux-amd64'), 'k6', 'k6 v1.8.1');
    const archive = info.outputPath('k6.tar.gz');
    await exec('tar', ['-czf', archive, '-C', info.outputPath(), 'k6-v1.8.1-linux-amd64']);
    const bytes = await readFile(archive);
    const list = `${'0'.repeat(64)}  k6-v1.8.1-linux-arm64.tar.gz\n${sha256(bytes)}  k6-v1.8.1-linux-amd64.tar.gz\n`;
    const { fetch } = offers({
      'k6-v1.8.1-linux-amd64.tar.gz': bytes,
      'k6-v1.8.1-checksums.txt': text(list),
    });
    const tool = await ensureTool('k6', { ...deps(cache), fetch });
    expect(tool).toMatchObject({ version: '1.8.1', source: 'release' });
  });

  for (const [why, checksums] of [
    ['the file was changed', `${'a'.repeat(64)}  kubectl\n`],
    ['the bare hash differs', 'b'.repeat(64)],
    ['the list does not name it', `${'c'.repeat(64)}  kubelet\n`],
    ['the checksum is an error page', '<html>not found</html>'],
  ] as const) {
    test(`is refused when ${why}`, async ({}, info) => {
      const cache = info.outputPath();
      const { fetch } = offers({ kubectl: text('#!/bin/sh\n'), 'kubectl.sha256': text(checksums) });
      await expect(ensureTool('kubectl', { ...deps(cache), fetch })).rejects.toThrow(
        /publisher's SHA-256 is/,
      );
      expect(await readdir(cache), 'nothing is kept').toEqual([]);
    });
  }

  test('that cannot be fetched says what else to do', async ({}, info) => {
    const failed = ensureTool('istioctl', { ...deps(info.outputPath()), ...offers({}) });
    await expect(failed).rejects.toMatchObject({
      message: expect.stringContaining('HTTP 404'),
      nextStep: expect.stringContaining('install Go'),
    });
  });

  test('has a place for each platform that the publishers serve, and an error elsewhere', () => {
    const mac = { os: 'darwin', arch: 'arm64' };
    expect(releaseOf('kind', 'v0.33.0', mac).file).toBe('kind-darwin-arm64');
    expect(releaseOf('istioctl', '1.31.1', mac).file).toBe('istioctl-1.31.1-osx-arm64.tar.gz');
    expect(() => releaseOf('k6', 'v1.8.1', mac)).toThrow('no release of k6 for darwin arm64');
    expect(() => releaseOf('kind', 'v0.33.0', { os: 'sunos', arch: 'x64' })).toThrow('sunos');
  });
});
