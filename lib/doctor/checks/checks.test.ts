import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { ExecResult } from '../../support/exec.ts';
import { silentLog } from '../../support/log.ts';
import { anyCheck, type Check, type DoctorHost, type Level } from '../check.ts';
import { allChecks } from '../run.ts';
import { capabilityCheck, engineCheck } from './engine.ts';
import { kernelCheck } from './kernel.ts';
import {
  cgroupCheck,
  cpuCheck,
  diskCheck,
  forwardCheck,
  inotifyCheck,
  memoryCheck,
  nodeCheck,
} from './machine.ts';
import { packageCheck } from './packages.ts';
import { goCheck, judgeTool, toolChecks } from './tools.ts';

const gib = 1024 ** 3;

/** Shows each fact with the level and the words that it must lead to. */
function judges<F>(
  check: Check<F>,
  cases: [facts: NoInfer<F>, level: Level, found: string, remedy?: string][],
): void {
  for (const [facts, level, found, remedy] of cases) {
    test(`${check.id}: ${level}, ${found}, for ${JSON.stringify(facts)}`, () => {
      const judgement = check.judge(facts);
      expect(judgement).toMatchObject({ level, found: expect.stringContaining(found) });
      if (remedy === undefined) expect(judgement.remedy).toBeUndefined();
      else expect(judgement.remedy).toContain(remedy);
    });
  }
}

test.describe('judges', () => {
  judges(nodeCheck, [
    ['24.21.0', 'ok', '24.21.0'],
    ['22.19.0', 'ok', '22.19.0'],
    ['22.18.9', 'missing', '22.19 is needed', 'npm ci'],
    ['20.20.2', 'missing', '20.20.2', 'npm ci'],
  ]);
  judges(cpuCheck, [
    [2, 'ok', '2'],
    [1, 'warn', 'will not be the mesh', 'use 2'],
  ]);
  judges(memoryCheck, [
    [16 * gib, 'ok', '16.0 GiB'],
    [6 * gib, 'warn', 'from source need 8 GiB', '8 GiB'],
    [2 * gib, 'missing', 'need 4 GiB', '8 GiB'],
  ]);
  judges(diskCheck, [
    [{ free: 50 * gib, folder: '/c' }, 'ok', '50.0 GiB free for /c'],
    [{ free: 12 * gib, folder: '/c' }, 'warn', 'from source need', 'MESHPROOF_CACHE'],
    [{ free: 2 * gib, folder: '/c' }, 'missing', 'two clusters need', 'MESHPROOF_CACHE'],
  ]);
  judges(cgroupCheck, [
    [{ linux: true, controllers: 'cpu memory' }, 'ok', 'version 2'],
    [{ linux: true, controllers: undefined }, 'warn', 'version 1', 'systemd.unified_cgroup_hierarchy=1'],
    [{ linux: false, controllers: undefined }, 'ok', "engine's own"],
  ]);
  judges(inotifyCheck, [
    [[], 'ok', 'enough'],
    [
      [{ name: 'max_user_instances', have: 128, need: 1024 }],
      'missing',
      'max_user_instances is 128, and 1024 is needed',
      'sudo sysctl -w fs.inotify.max_user_instances=1024',
    ],
  ]);
  judges(forwardCheck, [
    [{ value: '1', engine: true }, 'ok', 'on'],
    [{ value: '0', engine: false }, 'ok', 'the engine turns it on'],
    [{ value: '0', engine: true }, 'missing', 'cut off', 'sudo sysctl -w net.ipv4.ip_forward=1'],
    [{ value: undefined, engine: false }, 'ok', "engine's own"],
  ]);
  const all = { bridge: true, veth: true, overlay: true, nftables: true, vxlan: true, netem: true };
  judges(kernelCheck, [
    [all, 'ok', 'bridge, veth, overlay'],
    [{ ...all, netem: false }, 'warn', 'latency faults use a relay', 'modprobe -a sch_netem'],
    [
      { ...all, nftables: false, vxlan: false },
      'missing',
      'no nftables, vxlan',
      'modprobe -a nf_tables vxlan',
    ],
    [undefined, 'ok', 'not tried'],
  ]);
  const resource = ['CAP_SYS_RESOURCE'];
  judges(capabilityCheck, [
    [{ missing: [], owned: true }, 'ok', 'all can be granted'],
    [{ missing: resource, owned: true }, 'ok', 'the private engine leaves it out by a wrapper of runc'],
    [{ missing: resource, owned: false }, 'ok', 'your engine decides'],
    [
      { missing: [...resource, 'CAP_SYS_ADMIN'], owned: true },
      'missing',
      'CAP_SYS_ADMIN cannot',
      '--privileged',
    ],
  ]);
  const at = { owned: false, dockerHost: 'unix:///var/run/docker.sock' };
  const obstacle = { message: 'no Docker answers, and a private engine needs root', remedy: 'sudo apt-get' };
  judges(engineCheck, [
    [{ status: { ...at, state: 'running', version: '28.2' } }, 'ok', 'Docker 28.2, yours'],
    [{ status: { ...at, state: 'denied' } }, 'missing', 'permission denied', 'usermod -aG docker'],
    [{ status: { ...at, state: 'failing', detail: 'TLS' } }, 'missing', 'no answer', 'unset DOCKER_HOST'],
    [{ status: { ...at, state: 'failing', owned: true } }, 'missing', 'no answer', 'engine stop'],
    [{ status: { ...at, state: 'stopped', owned: true } }, 'warn', 'starts when needed', 'engine start'],
    [{ status: { ...at, state: 'stopped', owned: true }, obstacle }, 'missing', 'needs root', 'sudo apt-get'],
  ]);
  const missing = [
    { name: 'runc', use: 'a private engine' },
    { name: 'debootstrap', use: 'images from source' },
  ];
  judges(packageCheck, [
    [{ missing: [], debian: true, ownDocker: false }, 'ok', 'all there'],
    [
      { missing, debian: true, ownDocker: false },
      'warn',
      'without runc, debootstrap',
      'apt-get install -y runc debootstrap',
    ],
    [
      { missing, debian: true, ownDocker: true },
      'warn',
      'without debootstrap: needed for images',
      'install -y debootstrap',
    ],
    [{ missing, debian: false, ownDocker: false }, 'warn', 'without runc', 'with your package manager'],
  ]);
  judges(goCheck, [
    ['1.26.8', 'ok', '1.26.8'],
    ['1.19.8', 'warn', 'too old', 'install Go'],
    [undefined, 'warn', 'cannot be built from source', 'install Go'],
  ]);
});

test('judges a tool by whether it is there, and says how it will come', () => {
  const facts = { name: 'kind', pinned: 'v0.33.0', go: true } as const;
  const tool = { path: '/bin/kind', version: '0.33.0', source: 'path' } as const;
  expect(judgeTool({ ...facts, tool })).toEqual({ level: 'ok', found: '0.33.0, from the PATH: /bin/kind' });
  const misfit = '/bin/kind is 0.20.0, and 0.33.x is needed';
  const remedy = expect.stringContaining('doctor --fix');
  expect(judgeTool({ ...facts, misfit })).toEqual({
    level: 'warn',
    found: `${misfit}; built from its pinned module when first needed`,
    remedy,
  });
  expect(judgeTool({ ...facts, go: false })).toEqual({
    level: 'warn',
    found: 'release v0.33.0 is fetched when first needed',
    remedy,
  });
});

/** A machine on which every program fails, unless `run` says otherwise. */
function bareMachine(
  folder: string,
  changes: Partial<DoctorHost> & { uid?: number } = {},
  programs: Record<string, ExecResult> = {},
): DoctorHost {
  const { uid = 1000, ...rest } = changes;
  const gone = { exitCode: 127, stdout: '', stderr: 'docker: not found' };
  return {
    engine: {
      run: async (file) => programs[file] ?? gone,
      env: {},
      uid,
      platform: 'linux',
      root: join(folder, 'engine'),
      proc: folder,
      cgroups: folder,
    },
    nodeVersion: '24.0.0',
    cpus: 2,
    memoryBytes: 16 * gib,
    cache: join(folder, 'not', 'there', 'yet'),
    freeBytes: async (path) => (path === folder ? 50 * gib : Promise.reject(new Error('ENOENT'))),
    readText: async () => undefined,
    ...rest,
  };
}

test('every check gives an answer on a bare machine, and offers nothing that needs root', async ({}, info) => {
  for (const check of [...allChecks, ...toolChecks.map((tool) => anyCheck(tool))]) {
    const found = await check.examine(bareMachine(info.outputPath()));
    expect(found.level, check.id).toMatch(/^(ok|warn|missing)$/);
    if (['packages', 'engine', 'inotify'].includes(check.id)) expect(found.fix, check.id).toBeUndefined();
  }
});

test('the engine check says how to get Docker when this user is not root', async ({}, info) => {
  expect(await anyCheck(engineCheck).examine(bareMachine(info.outputPath()))).toEqual({
    level: 'missing',
    found: 'no Docker answers, and a private engine needs root',
    remedy: expect.stringContaining('sudo usermod -aG docker "$USER"'),
  });
});

test('packages are installed by apt for root on Debian, and a failure of apt is told', async ({}, info) => {
  const calls: string[] = [];
  const os = 'ID=linuxmint\nID_LIKE="ubuntu debian"\n';
  const host = bareMachine(info.outputPath(), {
    uid: 0,
    readText: async (path) => (path === '/etc/os-release' ? os : undefined),
  });
  const { run } = host.engine;
  let code = 0;
  host.engine.run = async (file, args, options) => {
    if (file !== 'apt-get') return await run(file, args, options);
    calls.push(args.join(' '));
    return { exitCode: code, stdout: '', stderr: 'E: no space left' };
  };
  const { fix } = await anyCheck(packageCheck).examine(host);
  await fix?.(silentLog);
  expect(calls).toEqual([
    'update',
    expect.stringMatching(/^install -y docker\.io containerd runc .*debootstrap python3-pip$/),
  ]);
  code = 100;
  await expect(fix?.(silentLog)).rejects.toThrow('apt-get update: E: no space left');
});

test('low inotify limits are raised for root', async ({}, info) => {
  const folder = info.outputPath('sys/fs/inotify');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'max_user_instances'), '128');
  await writeFile(join(folder, 'max_user_watches'), '8192');
  const check = anyCheck(inotifyCheck);
  const host = bareMachine(info.outputPath(), { uid: 0 });
  const before = await check.examine(host);
  expect(before.level).toBe('missing');
  await before.fix?.(silentLog);
  expect((await check.examine(host)).level).toBe('ok');
});

test('kernel features are those that the probe names; a probe that does not end proves nothing', async ({}, info) => {
  const probe = (stdout: string) =>
    bareMachine(info.outputPath(), { uid: 0 }, { unshare: { exitCode: 0, stdout, stderr: '' } });
  expect(await kernelCheck.probe(probe('bridge\nveth\noverlay\nnftables\ndone'))).toMatchObject({
    nftables: true,
    netem: false,
  });
  expect(await kernelCheck.probe(probe('bridge\n'))).toBeUndefined();
  expect(await kernelCheck.probe(bareMachine(info.outputPath())), 'not root').toBeUndefined();
});
