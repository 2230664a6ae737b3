import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { mountsUnder, partialFolder } from './partial.ts';

test('finds the mounts that an interrupted build left, the latest first', () => {
  const mounts = [
    'proc /proc proc rw 0 0',
    'proc /cache/a\\040b/rootfs/proc proc rw 0 0',
    'sysfs /cache/a\\040b/rootfs/sys sysfs rw 0 0',
    'none /cache/a\\040bc tmpfs rw 0 0',
    '',
  ].join('\n');
  expect(mountsUnder('/cache/a b', mounts)).toEqual(['/cache/a b/rootfs/sys', '/cache/a b/rootfs/proc']);
});

test('every attempt has a folder of its own, and what earlier ones left goes', async () => {
  const root = test.info().outputPath('partial');
  const first = await partialFolder(root, 'node');
  await writeFile(join(first, 'half'), '');
  const other = await partialFolder(root, 'node-base');
  const second = await partialFolder(root, 'node');
  expect([first, other, second].map((path) => existsSync(path))).toEqual([first === second, true, true]);
  expect(existsSync(join(second, 'half'))).toBe(false);
});
