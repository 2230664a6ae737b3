import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineHost } from './engine-host.ts';

/**
 * Share of the processors that all containers of an engine get together, where one process of the host has 1024 (cgroup v1,
 * cpu.shares). With the kernel's default a whole lab weighs as much as one program beside it: a compiler or a test runner
 * starves two clusters, and what is measured there is the host.
 */
const SHARES = 4096;

/**
 * Gives the containers of the private engine their weight. True when it did; false where the machine has no such setting
 * (cgroup v2, macOS) or does not let us: the lab works without, and measures worse on a busy machine.
 */
export async function weighContainers({ cgroups }: Pick<EngineHost, 'cgroups'>): Promise<boolean> {
  const controller = join(cgroups, 'cpu');
  // dockerd makes the group for its first container, and takes one that is there.
  const group = join(controller, 'docker');
  try {
    await access(join(controller, 'cpu.shares'));
    await mkdir(group, { recursive: true });
    await writeFile(join(group, 'cpu.shares'), `${SHARES}\n`);
    return true;
  } catch {
    return false;
  }
}
