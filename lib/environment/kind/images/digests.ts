import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { MeshproofError } from '../../../support/errors.ts';

const bookSchema = z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/));

/** The digest that each image had when it was first pulled on this machine, by its pinned name. */
export type DigestBook = z.infer<typeof bookSchema>;

/** Reads the book; an empty one when there is none. Throws an `environment` error when the file is damaged. */
export async function readDigests(file: string): Promise<DigestBook> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  try {
    return bookSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new MeshproofError('environment', `${file} does not hold image digests`, {
      nextStep: `delete ${file} if you trust the registry; the next run records the digests anew`,
      cause: error,
    });
  }
}

/**
 * The book with these images added. Throws an `environment` error when an image is not what it was when its
 * digest was recorded: a tag that moved, or a registry that must not be trusted.
 */
export function checkDigests(book: DigestBook, pulled: DigestBook, file: string): DigestBook {
  for (const [image, digest] of Object.entries(pulled)) {
    const known = book[image];
    if (known === undefined || known === digest) continue;
    throw new MeshproofError(
      'environment',
      `the image ${image} is not the one that was pulled before: its digest is ${digest}, recorded is ${known}`,
      {
        nextStep: `find out who moved the tag; to accept the new image, delete its line in ${file}`,
        facts: { image, digest, known },
      },
    );
  }
  return { ...book, ...pulled };
}

/** Replaces the book in one step. */
export async function writeDigests(file: string, book: DigestBook): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const sorted = Object.fromEntries(Object.entries(book).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(`${file}.new`, `${JSON.stringify(sorted, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}
