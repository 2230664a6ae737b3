import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  inotifyRemedy,
  type LowLimit,
  lowInotifyLimits,
  raiseInotifyLimits,
} from '../../environment/kind/engine-limits.ts';
import { neededForSourceBuild } from '../../environment/kind/images/source/disk.ts';
import { type Check, isRoot } from '../check.ts';

const gib = 1024 ** 3;
const inGib = (bytes: number) => `${(bytes / gib).toFixed(1)} GiB`;

/** Oldest Node.js that execa 10 and client-node 2 run on (their `engines`). */
const oldestNode = [22, 19] as const;

export const nodeCheck: Check<string> = {
  id: 'node',
  title: 'Node.js',
  probe: async (host) => host.nodeVersion,
  judge: (version) => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
    if (enough) return { level: 'ok', found: version };
    const remedy = 'npm ci, then call it by npm or npx: they take Node 24 from node_modules';
    return { level: 'missing', found: `${version}, and ${oldestNode.join('.')} is needed`, remedy };
  },
};

export const diskCheck: Check<{ free: number; folder: string }> = {
  id: 'disk',
  title: 'disk',
  probe: async (host) => ({ free: await freeAbove(host.cache, host.freeBytes), folder: host.cache }),
  judge: ({ free, folder }) => {
    const found = `${inGib(free)} free for ${folder}`;
    if (free >= neededForSourceBuild) return { level: 'ok', found };
    const remedy = 'free some space, or set MESHPROOF_CACHE to a folder on a larger disk';
    // Two clusters of three nodes: 1.1 GB a node (measured), and the node image itself.
    if (free < 10 * gib) return { level: 'missing', found: `${found}; two clusters need 10 GiB`, remedy };
    return {
      level: 'warn',
      found: `${found}; images from source need ${inGib(neededForSourceBuild)}`,
      remedy,
    };
  },
};

/** Free bytes where a folder will be, which may not exist yet. */
async function freeAbove(folder: string, freeBytes: (folder: string) => Promise<number>): Promise<number> {
  try {
    return await freeBytes(folder);
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return await freeAbove(dirname(folder), freeBytes);
  }
}

export const memoryCheck: Check<number> = {
  id: 'memory',
  title: 'memory',
  probe: async (host) => host.memoryBytes,
  judge: (bytes) => {
    const found = inGib(bytes);
    // Two clusters with Istio and a small app use 2.5 GiB (measured); the Go compiler's linker takes some 4.
    const remedy = 'give this machine (or the Docker Desktop VM) 8 GiB';
    if (bytes < 3.5 * gib)
      return { level: 'missing', found: `${found}; two clusters with Istio need 4 GiB`, remedy };
    if (bytes < 7.5 * gib) return { level: 'warn', found: `${found}; images from source need 8 GiB`, remedy };
    return { level: 'ok', found };
  },
};

export const cpuCheck: Check<number> = {
  id: 'cpu',
  title: 'processors',
  probe: async (host) => host.cpus,
  judge: (count) =>
    count >= 2
      ? { level: 'ok', found: `${count}` }
      : {
          level: 'warn',
          found: `${count}; measured latencies and failover times will not be the mesh's`,
          remedy: 'use 2 or more',
        },
};

export const cgroupCheck: Check<{ linux: boolean; controllers: string | undefined }> = {
  id: 'cgroup',
  title: 'cgroups',
  probe: async (host) => ({
    linux: host.engine.platform === 'linux',
    controllers: await host.readText('/sys/fs/cgroup/cgroup.controllers'),
  }),
  judge: ({ linux, controllers }) => {
    if (!linux) return { level: 'ok', found: "the engine's own" };
    if (controllers !== undefined) return { level: 'ok', found: 'version 2' };
    return {
      level: 'warn',
      found: 'version 1: works, the kubelet is told to accept it',
      remedy: 'boot with systemd.unified_cgroup_hierarchy=1',
    };
  },
};

export const inotifyCheck: Check<LowLimit[]> = {
  id: 'inotify',
  title: 'inotify limits',
  probe: async (host) => await lowInotifyLimits(host.engine),
  judge: (low) => {
    if (low.length === 0) return { level: 'ok', found: 'enough for several clusters' };
    const found = low.map(({ name, have, need }) => `${name} is ${have}, and ${need} is needed`).join('; ');
    return { level: 'missing', found, remedy: inotifyRemedy(low) };
  },
  fixable: async (host) => isRoot(host),
  fix: async (host) => {
    await raiseInotifyLimits(host.engine);
  },
};

export const forwardCheck: Check<{ value: string | undefined; engine: boolean }> = {
  id: 'ip-forward',
  title: 'IP forwarding',
  probe: async (host) => ({
    value: (await host.readText(forwardFile(host.engine.proc)))?.trim(),
    engine: (await host.engine.run('ip', ['link', 'show', 'docker0'], { timeout: 10_000 })).exitCode === 0,
  }),
  judge: ({ value, engine }) => {
    if (value === undefined) return { level: 'ok', found: "the engine's own" };
    if (value === '1') return { level: 'ok', found: 'on' };
    if (!engine) return { level: 'ok', found: 'off; the engine turns it on when it starts' };
    const remedy = 'sudo sysctl -w net.ipv4.ip_forward=1';
    return {
      level: 'missing',
      found: 'off, although an engine has started: its networks are cut off',
      remedy,
    };
  },
  fixable: async (host) => isRoot(host),
  fix: async (host) => {
    await writeFile(forwardFile(host.engine.proc), '1\n');
  },
};

function forwardFile(proc: string): string {
  return join(proc, 'sys/net/ipv4/ip_forward');
}
