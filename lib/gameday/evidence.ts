import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { evidencePage } from './page.ts';
import type { GamedayResult } from './result.ts';

/** The file that lists the SHA-256 of all others, as `sha256sum --check` takes it. */
export const SUMS = 'SHA256SUMS';

/**
 * Writes the evidence of a game day into a folder of its own: `index.html` (one file, opens without a server),
 * `result.json`, `events.jsonl`, the calls of each probe, the scenario, and the hashes of all. Gives the hash of the hashes.
 */
export function writeEvidence(folder: string, result: GamedayResult): { page: string; seal: string } {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'recordings'), { recursive: true });
  const { recordings, ...said } = result;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write('index.html', evidencePage(result));
  write('result.json', `${JSON.stringify(said, null, 2)}\n`);
  write('events.jsonl', result.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  for (const [name, recording] of recordings)
    write(join('recordings', `${name.replace(/[^A-Za-z0-9]+/g, '-')}.json`), JSON.stringify(recording));
  copyFileSync(result.scenario.file, join(folder, 'scenario.yaml'));
  const sums = hashesOf(folder);
  write(SUMS, sums);
  return { page: join(folder, 'index.html'), seal: sha256(sums) };
}

/** Hash and name of every file, in the order of their names. */
export function hashesOf(folder: string): string {
  return filesIn(folder)
    .filter((file) => relative(folder, file) !== SUMS)
    .map((file) => `${sha256(readFileSync(file))}  ${relative(folder, file)}\n`)
    .join('');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesIn(path) : [path];
    });
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
