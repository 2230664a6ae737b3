import { statfs } from 'node:fs/promises';
import { MeshproofError } from '../../../../support/errors.ts';

const gib = 1024 ** 3;

/**
 * What a cold build needs beside the finished images: Go's caches (8 GiB), the stages' outputs (2 GiB), and the
 * engine's layers (4 GiB). Measured on one machine, rounded up.
 */
export const neededForSourceBuild: number = 15 * gib;

/** Free bytes of the file system that holds a folder, for a user who is not root. */
export async function freeBytesOf(folder: string): Promise<number> {
  const info = await statfs(folder);
  return info.bavail * info.bsize;
}

/** Throws an `environment` error when there is less room at `folder` than a cold source build needs. */
export async function requireFreeDisk(
  folder: string,
  freeBytes: (folder: string) => Promise<number> = freeBytesOf,
): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= neededForSourceBuild) return;
  const have = (free / gib).toFixed(1);
  throw new MeshproofError(
    'environment',
    `${folder} has ${have} GiB free; building the images from source needs ${neededForSourceBuild / gib} GiB`,
    {
      nextStep: 'free some space, set MESHPROOF_CACHE to a folder on a larger disk, or use --images registry',
      facts: { folder, free, needed: neededForSourceBuild },
    },
  );
}
