import { expect, test } from '@playwright/test';
import { freeBytesOf, requireFreeDisk } from './disk.ts';

test('a disk with room is accepted', async () => {
  await requireFreeDisk('/somewhere', async () => 15 * 1024 ** 3);
  expect(await freeBytesOf('/')).toBeGreaterThan(0);
});

test('a full disk is refused before anything is built', async () => {
  await expect(requireFreeDisk('/somewhere', async () => 2.5 * 1024 ** 3)).rejects.toMatchObject({
    kind: 'environment',
    message: '/somewhere has 2.5 GiB free; building the images from source needs 15 GiB',
    nextStep: expect.stringContaining('MESHPROOF_CACHE'),
  });
});
