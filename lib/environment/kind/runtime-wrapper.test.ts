import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { missingCapabilities, writeRuntimeWrapper } from './runtime-wrapper.ts';

const run = promisify(execFile);
const sets = ['bounding', 'effective', 'permitted', 'inheritable', 'ambient'];
const asked = ['CAP_CHOWN', 'CAP_SYS_RESOURCE', 'CAP_NET_ADMIN', 'CAP_FROM_THE_FUTURE'];
const left = ['CAP_CHOWN', 'CAP_NET_ADMIN', 'CAP_FROM_THE_FUTURE'];
const capabilitySets = (list: string[]) => Object.fromEntries(sets.map((name) => [name, list]));

test('reads what the host lacks from the bounding set', () => {
  expect(missingCapabilities('CapEff:\t0\nCapBnd:\t000001fffeffffff\nCapAmb:\t0\n')).toEqual([
    'CAP_SYS_RESOURCE',
  ]);
  expect(missingCapabilities('CapBnd:\t000001ffffffffff')).toEqual([]);
  expect(missingCapabilities('CapBnd:\t0000003fffffffff')).toEqual([
    'CAP_PERFMON',
    'CAP_BPF',
    'CAP_CHECKPOINT_RESTORE',
  ]);
  expect(() => missingCapabilities('Name:\tnode')).toThrow('no line CapBnd');
});

test.describe('the script, with a runc that only notes its arguments', () => {
  const prepare = async (folder: string) => {
    await mkdir(join(folder, 'bin'), { recursive: true });
    await mkdir(join(folder, 'bundle'));
    const runc = join(folder, 'bin', 'runc');
    await writeFile(runc, '#!/bin/sh\nfor a in "$@"; do printf "%s\\n" "$a"; done\nexit 42\n');
    await chmod(runc, 0o755);
    const wrapper = join(folder, 'wrapper');
    await writeRuntimeWrapper(wrapper, ['CAP_SYS_RESOURCE']);
    const call = (args: string[], cwd = folder) =>
      run(wrapper, args, { cwd, env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } }).then(
        () => expect(0, 'exit code of runc').toBe(42),
        (failed: { code: number; stdout: string; stderr: string }) => failed,
      );
    const config = join(folder, 'bundle', 'config.json');
    await writeFile(
      config,
      JSON.stringify({ ociVersion: '1.0.2', process: { args: ['sh'], capabilities: capabilitySets(asked) } }),
      { mode: 0o640 },
    );
    return { call, config };
  };

  for (const [command, bundle] of [
    ['create', ['--bundle', 'bundle']],
    ['create', ['--bundle=bundle']],
    ['run', ['--no-pivot', '-b', 'bundle']],
  ] as const) {
    // Titles differ in more than signs: Playwright makes the output folder of a test from its letters.
    test(`${command} ${bundle.join(' ')} (arguments: ${bundle.length}) drops what the host lacks and nothing else`, async ({}, info) => {
      const { call, config } = await prepare(info.outputPath());
      const args = [
        '--root',
        'create',
        '--log-format',
        'json',
        command,
        ...bundle,
        '--pid-file',
        'p',
        'exec',
      ];
      expect(await call(args)).toMatchObject({ code: 42, stdout: `${args.join('\n')}\n`, stderr: '' });
      expect(JSON.parse(await readFile(config, 'utf8'))).toEqual({
        ociVersion: '1.0.2',
        process: { args: ['sh'], capabilities: capabilitySets(left) },
      });
      expect((await stat(config)).mode & 0o777, 'mode of config.json').toBe(0o640);
      expect(await readdir(info.outputPath('bundle')), 'no temporary file stays').toEqual(['config.json']);
    });
  }

  test('create without --bundle takes the working folder', async ({}, info) => {
    const { call, config } = await prepare(info.outputPath());
    expect(await call(['create', 'name'], info.outputPath('bundle'))).toMatchObject({ code: 42 });
    expect(await readFile(config, 'utf8')).not.toContain('CAP_SYS_RESOURCE');
  });

  for (const flag of [['--process', 'process.json'], ['-p', 'process.json'], ['--process=process.json']]) {
    test(`exec ${flag.join(' ')} (arguments: ${flag.length}) drops it from the process file`, async ({}, info) => {
      const { call, config } = await prepare(info.outputPath());
      const file = info.outputPath('process.json');
      await writeFile(file, JSON.stringify({ capabilities: capabilitySets(asked), cwd: '/' }));
      expect(await call(['exec', ...flag, '--detach', 'name'])).toMatchObject({ code: 42 });
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
        capabilities: capabilitySets(left),
        cwd: '/',
      });
      expect(await readFile(config, 'utf8'), 'the bundle is not touched').toContain('CAP_SYS_RESOURCE');
    });
  }

  test('a process without capabilities, and every other command, pass untouched', async ({}, info) => {
    const { call, config } = await prepare(info.outputPath());
    const file = info.outputPath('process.json');
    await writeFile(file, '{"cwd":"/"}');
    expect(await call(['exec', '--process', file, 'name'])).toMatchObject({ code: 42 });
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ cwd: '/' });
    for (const args of [['state', 'name'], ['kill', '--all', 'create', '9'], ['--version']]) {
      expect(await call(args)).toMatchObject({ code: 42, stdout: `${args.join('\n')}\n` });
    }
    expect(await readFile(config, 'utf8')).toContain('CAP_SYS_RESOURCE');
  });

  test('a broken specification stops the container instead of starting it as it is', async ({}, info) => {
    const { call, config } = await prepare(info.outputPath());
    await writeFile(config, '{"process":');
    const failed = await call(['create', '--bundle', 'bundle', 'name']);
    expect(failed?.code).not.toBe(42);
    expect(failed?.stdout).toBe('');
    expect(await readFile(config, 'utf8'), 'the file is as it was').toBe('{"process":');
    expect(await readdir(info.outputPath('bundle'))).toEqual(['config.json']);
  });
});
