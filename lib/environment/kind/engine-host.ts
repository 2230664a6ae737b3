import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { tryExec } from '../../support/exec.ts';
import { cacheDir } from '../../support/paths.ts';

/** What the engine code needs to know of the machine; injected, so that tests can describe another one. */
export interface EngineHost {
  run: typeof tryExec;
  env: NodeJS.ProcessEnv;
  /** Effective user id; 0 is root. */
  uid: number;
  platform: NodeJS.Platform;
  /** Folder of the private engine. */
  root: string;
  /** Where procfs is mounted. */
  proc: string;
  /** Where the groups of processes are. */
  cgroups: string;
}

/** The machine that this process runs on. */
export function thisHost(env: NodeJS.ProcessEnv = process.env): EngineHost {
  return {
    run: tryExec,
    env,
    uid: process.geteuid?.() ?? -1,
    platform: process.platform,
    root: join(cacheDir(env), 'engine'),
    proc: '/proc',
    cgroups: '/sys/fs/cgroup',
  };
}

/** Files of the private engine in its folder. */
export function engineFiles(root: string) {
  const socket = join(root, 'docker.sock');
  return {
    data: join(root, 'data'),
    exec: join(root, 'exec'),
    socket,
    dockerHost: `unix://${socket}`,
    pid: join(root, 'docker.pid'),
    containerdPid: join(root, 'exec', 'containerd', 'containerd.pid'),
    log: join(root, 'dockerd.log'),
    wrapper: join(root, 'runc-wrapper'),
  };
}

/** Command line of a live process, or undefined when there is none (or only a zombie). */
export async function commandLine(host: EngineHost, pid: number): Promise<string[] | undefined> {
  const text = await readFile(join(host.proc, String(pid), 'cmdline'), 'utf8').catch(() => '');
  return text === '' ? undefined : text.split('\0').filter((word) => word !== '');
}

/** Pid of the private engine's dockerd when it lives. A pid file whose pid is another program counts for nothing. */
export async function livePid(host: EngineHost): Promise<number | undefined> {
  const files = engineFiles(host.root);
  const pid = Number((await readFile(files.pid, 'utf8').catch(() => '')).trim());
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  const words = await commandLine(host, pid);
  const ours = basename(words?.[0] ?? '') === 'dockerd' && words?.includes(files.data);
  return ours ? pid : undefined;
}

/** Processes (containerd and its shims) that still serve the private engine's containers. */
export async function survivors(host: EngineHost): Promise<number[]> {
  const { exec } = engineFiles(host.root);
  const pids = (await readdir(host.proc)).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = await commandLine(host, pid);
      const program = basename(words?.[0] ?? '');
      return program.startsWith('containerd') && words?.some((word) => word.startsWith(`${exec}/`))
        ? [pid]
        : [];
    }),
  );
  return found.flat();
}
