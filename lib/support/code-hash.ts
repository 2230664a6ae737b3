import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What decides verdicts: not the tests of it, nor the words about it. */
const CODE = ['lib/**/*.ts', 'fixtures/**/*.ts', 'suites/**/*.ts', 'package-lock.json'];

/** SHA-256 of the program and the suites in a checkout, as they are on disk: a commit would say nothing of what is not committed. */
export function codeHash(root: string): string {
  const files = globSync(CODE, { cwd: root, exclude: ['**/*.test.ts'] }).toSorted();
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
