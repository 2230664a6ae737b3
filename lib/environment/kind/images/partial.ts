import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../../support/exec.ts';

/**
 * A new empty folder for a stage to fill; what interrupted attempts left is removed. A program that outlives its
 * killed build goes on writing, so every attempt has a folder of its own.
 */
export async function partialFolder(root: string, stage: string): Promise<string> {
  await mkdir(root, { recursive: true });
  for (const entry of await readdir(root)) {
    // Still being written to: the next build removes it.
    if (new RegExp(`^${stage}-\\d+-\\d+$`).test(entry)) await removeFolder(join(root, entry)).catch(() => {});
  }
  const path = join(root, `${stage}-${process.pid}-${Date.now()}`);
  await mkdir(path);
  return path;
}

/**
 * Removes a folder with what is mounted in it. Debootstrap mounts /proc and /sys inside its target; a killed one
 * leaves them mounted, and deleting through such a mount would reach the kernel's files.
 */
async function removeFolder(path: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  for (const mount of mountsUnder(path, mounts)) await exec('umount', [mount]);
  await rm(path, { recursive: true, force: true });
}

/** Mount points at or under a folder, the deepest first, out of the text of /proc/self/mounts. */
export function mountsUnder(path: string, mounts: string): string[] {
  return mounts
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter((mount) => mount === path || mount.startsWith(`${path}/`))
    .toReversed();
}
