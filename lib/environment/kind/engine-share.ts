import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineHost } from './engine-host.ts';

/** The group in which all containers of the private engine are. */
const GROUP = 'meshproof';
/**
 * Weight of all containers together where the processors are busy; every program outside of them has 1024. By default they
 * have as much as one such program, so that whoever works at a lab with two programs takes two thirds of the machine from it:
 * proxies waited for most of a second, and calls were lost. Four to one leaves the tools their share.
 */
const SHARES = 4096;

/**
 * Makes the group of the private engine's containers with its weight, and gives its name; undefined where the kernel keeps no
 * such weights by processor group (cgroup v1, `cpu.shares`), where the engine's own group stays.
 */
export async function giveLabItsShare(
  host: Pick<EngineHost, 'proc' | 'cgroups'>,
): Promise<string | undefined> {
  const own = await readFile(join(host.proc, 'self', 'cgroup'), 'utf8').catch(() => '');
  const controllers = own.split('\n').map((line) => line.split(':')[1]?.split(',') ?? []);
  const cpu = controllers.find((names) => names.includes('cpu'));
  if (!cpu) return undefined;
  const folder = join(host.cgroups, cpu.join(','), GROUP);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'cpu.shares'), `${SHARES}\n`);
  } catch {
    // Not ours to write: the engine runs all the same.
    return undefined;
  }
  return GROUP;
}
