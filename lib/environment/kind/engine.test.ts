import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { ExecOptions, ExecResult } from '../../support/exec.ts';
import { type Log, silentLog } from '../../support/log.ts';
import { engineStatus, ensureEngine, findEngine, stopEngine } from './engine.ts';
import { type EngineHost, engineFiles } from './engine-host.ts';
import { dockerdArguments } from './engine-private.ts';

const answers = { exitCode: 0, stdout: '28.2.2\n', stderr: '' };
const absent = {
  exitCode: 1,
  stdout: '',
  stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
};
const denied = {
  exitCode: 1,
  stdout: '',
  stderr:
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
};
const hung = { exitCode: 124, stdout: '', stderr: 'docker: timed out' };
const noCommand = { exitCode: 127, stdout: '', stderr: 'docker: not found' };

interface Machine {
  /** Reply of `docker version`, by the DOCKER_HOST asked for ('' when none). */
  docker: (dockerHost: string) => ExecResult;
  /** Programs that are not installed. */
  without?: string[];
  limits?: { max_user_instances: number; max_user_watches: number };
}

async function machine(folder: string, given: Machine & Partial<EngineHost>): Promise<EngineHost> {
  const { docker, without = [], limits, ...rest } = given;
  const proc = join(folder, 'proc');
  await mkdir(join(proc, 'sys/fs/inotify'), { recursive: true });
  await mkdir(join(proc, 'self'));
  await writeFile(join(proc, 'self/status'), 'CapBnd:\t000001fffeffffff\n');
  for (const [name, value] of Object.entries(limits ?? {})) {
    await writeFile(join(proc, 'sys/fs/inotify', name), `${value}\n`);
  }
  const run = async (
    file: string,
    args: readonly string[],
    options: ExecOptions = {},
  ): Promise<ExecResult> => {
    if (file === 'docker' && args[0] === 'context')
      return { exitCode: 0, stdout: 'unix:///var/run/docker.sock', stderr: '' };
    if (file === 'docker') return docker(options.env?.['DOCKER_HOST'] ?? '');
    if (file === 'sh')
      return {
        exitCode: without.some((name) => args[1]?.endsWith(` ${name}`)) ? 1 : 0,
        stdout: '',
        stderr: '',
      };
    throw new Error(`unexpected: ${file} ${args.join(' ')}`);
  };
  return {
    run,
    env: {},
    uid: 0,
    platform: 'linux',
    root: join(folder, 'engine'),
    proc,
    cgroups: join(folder, 'cgroup'),
    ...rest,
  };
}

/** Writes what procfs shows of a process. */
async function plantProcess(host: EngineHost, pid: number, words: string[]): Promise<void> {
  await mkdir(join(host.proc, String(pid)), { recursive: true });
  await writeFile(join(host.proc, String(pid), 'cmdline'), words.map((word) => `${word}\0`).join(''));
}

async function plantEngine(host: EngineHost, pid: number): Promise<void> {
  await mkdir(host.root, { recursive: true });
  await writeFile(engineFiles(host.root).pid, `${pid}`);
  await plantProcess(host, pid, ['/usr/sbin/dockerd', ...dockerdArguments(host.root, true)]);
}

function notes(): { log: Log; warned: string[] } {
  const warned: string[] = [];
  return { log: { ...silentLog, warn: (line) => warned.push(line) }, warned };
}

test("takes the user's Docker when it answers, and says when the limits are low", async ({}, info) => {
  const limits = { max_user_instances: 128, max_user_watches: 600_000 };
  const host = await machine(info.outputPath(), { docker: () => answers, limits });
  const { log, warned } = notes();
  expect(await ensureEngine({ log, host })).toEqual({
    dockerHost: 'unix:///var/run/docker.sock',
    owned: false,
    version: '28.2.2',
    env: { DOCKER_HOST: 'unix:///var/run/docker.sock' },
  });
  expect(warned).toEqual([expect.stringContaining('sysctl -w fs.inotify.max_user_instances=1024')]);
  expect(await engineStatus(host)).toMatchObject({ state: 'running', owned: false });
});

test('takes the Docker that DOCKER_HOST names', async ({}, info) => {
  const env = { DOCKER_HOST: 'tcp://127.0.0.1:2375' };
  const host = await machine(info.outputPath(), {
    docker: (at) => (at === env.DOCKER_HOST ? answers : absent),
    env,
  });
  expect(await ensureEngine({ log: silentLog, host })).toMatchObject({
    dockerHost: env.DOCKER_HOST,
    owned: false,
  });
});

test.describe('never falls through silently', () => {
  for (const [what, docker, env, message, nextStep] of [
    ['permission denied', denied, {}, 'permission denied', 'usermod -aG docker'],
    ['permission denied, by DOCKER_HOST', denied, { DOCKER_HOST: 'unix:///x' }, 'permission denied', 'sudo'],
    ['a Docker that hangs', hung, {}, 'no answer within 20 s', 'systemctl restart docker'],
    [
      'DOCKER_HOST without a Docker',
      absent,
      { DOCKER_HOST: 'unix:///x' },
      'DOCKER_HOST names it',
      'unset DOCKER_HOST',
    ],
  ] as const) {
    test(what, async ({}, info) => {
      const host = await machine(info.outputPath(), { docker: () => docker, env });
      const error = {
        kind: 'environment',
        message: expect.stringContaining(message),
        nextStep: expect.stringContaining(nextStep),
      };
      await expect(ensureEngine({ log: silentLog, host })).rejects.toMatchObject(error);
      await expect(findEngine(host)).rejects.toMatchObject(error);
      expect(['denied', 'failing']).toContain((await engineStatus(host)).state);
    });
  }
});

test.describe('says what a private engine lacks', () => {
  for (const [what, changes, message, nextStep] of [
    ['root', { uid: 1000 }, 'needs root', 'sudo apt-get update && sudo apt-get install -y docker.io'],
    [
      'packages',
      { without: ['dockerd', 'containerd', 'jq'] },
      'docker.io, containerd, jq',
      'apt-get install -y docker.io containerd jq',
    ],
    [
      'the docker command',
      { docker: () => noCommand, without: ['docker'] },
      'docker.io',
      'apt-get install -y docker.io',
    ],
    ['Linux', { platform: 'darwin' as const }, 'no Docker answers', 'Docker Desktop'],
    ['a short path', { root: `/tmp/${'long/'.repeat(20)}engine` }, 'too long', 'MESHPROOF_CACHE'],
  ] as const) {
    test(what, async ({}, info) => {
      const host = await machine(info.outputPath(), {
        docker: () => absent,
        ...(changes as Partial<Machine & EngineHost>),
      });
      await expect(ensureEngine({ log: silentLog, host })).rejects.toMatchObject({
        message: expect.stringContaining(message),
        nextStep: expect.stringContaining(nextStep),
      });
      expect(await findEngine(host)).toBeUndefined();
      expect(await engineStatus(host)).toMatchObject({ state: 'stopped', owned: true });
      expect(await stopEngine({ host }), 'none to stop').toBe(false);
    });
  }
});

test.describe('the private engine that runs', () => {
  test('is used again', async ({}, info) => {
    const host = await machine(info.outputPath(), {
      docker: (at) => (at.includes('engine') ? { ...answers, stdout: '20.10' } : absent),
    });
    await plantEngine(host, 4711);
    const { dockerHost } = engineFiles(host.root);
    const engine = {
      dockerHost,
      owned: true,
      version: '20.10',
      env: { DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: '0' },
    };
    expect(await ensureEngine({ log: silentLog, host })).toEqual(engine);
    expect(await findEngine(host)).toEqual(engine);
    expect(await engineStatus(host)).toEqual({
      state: 'running',
      owned: true,
      dockerHost,
      pid: 4711,
      version: '20.10',
    });
  });

  test("is the private one also when DOCKER_HOST names it, and not asked as the user's", async ({}, info) => {
    const { dockerHost } = engineFiles(join(info.outputPath(), 'engine'));
    const host = await machine(info.outputPath(), {
      docker: () => answers,
      env: { DOCKER_HOST: dockerHost },
    });
    await plantEngine(host, 4711);
    expect(await ensureEngine({ log: silentLog, host })).toMatchObject({ owned: true, dockerHost });
  });

  test('cannot be stopped by another user', async ({}, info) => {
    const host = await machine(info.outputPath(), { docker: () => absent, uid: 1000 });
    await plantEngine(host, 4711);
    await expect(stopEngine({ host })).rejects.toMatchObject({ nextStep: expect.stringContaining('sudo') });
  });
});

test('the arguments of dockerd stay inside its folder, with the wrapper only where it is needed', () => {
  const withWrapper = dockerdArguments('/cache/engine', true);
  expect(withWrapper.join(' ')).toContain(
    '--add-runtime meshproof=/cache/engine/runc-wrapper --default-runtime meshproof',
  );
  expect(dockerdArguments('/cache/engine', false).join(' ')).not.toContain('runtime');
  expect(dockerdArguments('/cache/engine', false, 'lab').join(' ')).toContain('--cgroup-parent /lab');
  expect(withWrapper).not.toContain('--cgroup-parent');
  expect(
    withWrapper.filter((word) => word.includes('/')).every((word) => word.includes('/cache/engine/')),
  ).toBe(true);
});
