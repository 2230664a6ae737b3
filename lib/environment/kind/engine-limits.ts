import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineHost } from './engine-host.ts';

/**
 * Smallest inotify limits that carry several clusters: with the default of 128 instances the fifth node's
 * containerd refuses to load ("couldn't initialize inotify: too many open files"); values as in kind's known issues.
 */
const inotifyLimits = { max_user_instances: 1024, max_user_watches: 524_288 } as const;

export interface LowLimit {
  name: keyof typeof inotifyLimits;
  have: number;
  need: number;
}

/** The inotify limits of this machine that are too low; empty where the kernel has none (macOS). */
export async function lowInotifyLimits(host: Pick<EngineHost, 'proc'>): Promise<LowLimit[]> {
  const names = Object.keys(inotifyLimits) as (keyof typeof inotifyLimits)[];
  const limits = await Promise.all(
    names.map(async (name) => {
      const text = await readFile(limitFile(host, name), 'utf8').catch(() => '');
      return { name, have: text === '' ? Number.POSITIVE_INFINITY : Number(text), need: inotifyLimits[name] };
    }),
  );
  return limits.filter((limit) => limit.have < limit.need);
}

/** Raises the limits that are too low, never lowers one; needs root. Lasts until the next boot. */
export async function raiseInotifyLimits(host: Pick<EngineHost, 'proc'>): Promise<LowLimit[]> {
  const low = await lowInotifyLimits(host);
  for (const limit of low) await writeFile(limitFile(host, limit.name), `${limit.need}\n`);
  return low;
}

/** The commands that do by hand what {@link raiseInotifyLimits} does. */
export function inotifyRemedy(low: readonly LowLimit[]): string {
  return `sudo sysctl -w ${low.map((limit) => `fs.inotify.${limit.name}=${limit.need}`).join(' ')}`;
}

function limitFile(host: Pick<EngineHost, 'proc'>, name: string): string {
  return join(host.proc, 'sys', 'fs', 'inotify', name);
}
