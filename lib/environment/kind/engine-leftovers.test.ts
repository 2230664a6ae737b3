import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { silentLog } from '../../support/log.ts';
import { type EngineHost, engineFiles, livePid } from './engine-host.ts';
import { clearLeftovers } from './engine-leftovers.ts';
import { inotifyRemedy, lowInotifyLimits, raiseInotifyLimits } from './engine-limits.ts';

const there = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** An engine's folder as a killed one leaves it, and a procfs of our own making. */
async function killedEngine(folder: string, processes: Record<number, string[]>) {
  const unmounted: string[] = [];
  const root = join(folder, 'engine');
  const proc = join(folder, 'proc');
  const files = engineFiles(root);
  await mkdir(join(files.exec, 'containerd'), { recursive: true });
  await mkdir(files.data);
  await writeFile(files.pid, '4711\n');
  await writeFile(files.socket, '');
  await writeFile(files.containerdPid, '4712');
  await mkdir(join(proc, 'self'), { recursive: true });
  const mounts = [
    files.data,
    `${files.exec}/netns/a`,
    '/somewhere/else',
    `${files.exec}/netns/with\\040space`,
  ];
  await writeFile(
    join(proc, 'self/mountinfo'),
    mounts.map((mount) => `30 20 0:4 / ${mount} rw - nsfs nsfs rw\n`).join(''),
  );
  for (const [pid, words] of Object.entries(processes)) {
    await mkdir(join(proc, pid));
    await writeFile(join(proc, pid, 'cmdline'), words.map((word) => `${word}\0`).join(''));
  }
  const host: EngineHost = {
    run: async (_file, args) => {
      unmounted.push(args.at(-1) ?? '');
      return { exitCode: 0, stdout: '', stderr: '' };
    },
    env: {},
    uid: 0,
    platform: 'linux',
    root,
    proc,
    cgroups: join(root, 'cgroup'),
  };
  return { host, files, unmounted };
}

test.describe('a stale pid file', () => {
  for (const [what, processes] of [
    ['of no process', {}],
    ['of another program', { 4711: ['node', 'dockerd'] }],
    ["of another engine's dockerd", { 4711: ['dockerd', '--data-root', '/var/lib/docker'] }],
    ['of a zombie', { 4711: [] }],
  ] as const) {
    test(`${what} counts for nothing and goes`, async ({}, info) => {
      const { host, files } = await killedEngine(info.outputPath(), processes as Record<number, string[]>);
      expect(await livePid(host)).toBeUndefined();
      await clearLeftovers(host, silentLog);
      expect(await there(files.pid)).toBe(false);
      expect(await there(files.socket)).toBe(false);
      expect(await there(files.data), 'images stay').toBe(true);
    });
  }
});

test('with nothing alive the run state is unmounted, innermost first, and removed', async ({}, info) => {
  const { host, files, unmounted } = await killedEngine(info.outputPath(), { 99: ['bash'] });
  await clearLeftovers(host, silentLog);
  expect(unmounted).toEqual([`${files.exec}/netns/with space`, `${files.exec}/netns/a`, files.data]);
  expect(await there(files.exec)).toBe(false);
});

test('with a shim alive the run state stays, and only the pid of a dead containerd goes', async ({}, info) => {
  const shim = (exec: string) => [
    '/usr/bin/containerd-shim-runc-v2',
    '-address',
    `${exec}/containerd/containerd.sock`,
  ];
  const folder = info.outputPath();
  const exec = engineFiles(join(folder, 'engine')).exec;
  const { host, files, unmounted } = await killedEngine(folder, {
    50: shim(exec),
    4712: ['node', 'innocent'],
  });
  await clearLeftovers(host, silentLog);
  expect(unmounted).toEqual([]);
  expect(await there(files.exec)).toBe(true);
  expect(await there(files.containerdPid), 'its pid is another program now').toBe(false);
});

test('a living containerd keeps its pid file', async ({}, info) => {
  const folder = info.outputPath();
  const config = `${engineFiles(join(folder, 'engine')).exec}/containerd/containerd.toml`;
  const { host, files } = await killedEngine(folder, { 4712: ['containerd', '--config', config] });
  await clearLeftovers(host, silentLog);
  expect(await there(files.containerdPid)).toBe(true);
});

test('inotify limits are raised where they are too low, and never lowered', async ({}, info) => {
  const proc = info.outputPath('proc');
  const folder = join(proc, 'sys/fs/inotify');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'max_user_instances'), '128\n');
  await writeFile(join(folder, 'max_user_watches'), '1048576\n');
  const low = await raiseInotifyLimits({ proc });
  expect(low).toEqual([{ name: 'max_user_instances', have: 128, need: 1024 }]);
  expect(inotifyRemedy(low)).toBe('sudo sysctl -w fs.inotify.max_user_instances=1024');
  expect(await readFile(join(folder, 'max_user_instances'), 'utf8')).toBe('1024\n');
  expect(await readFile(join(folder, 'max_user_watches'), 'utf8')).toBe('1048576\n');
  expect(await lowInotifyLimits({ proc })).toEqual([]);
  expect(await lowInotifyLimits({ proc: '/nowhere' }), 'no such limits: nothing to raise').toEqual([]);
});
