import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stateDir } from '../../support/paths.ts';
import type { StackPlace } from './stacks.ts';

/** What was ever begun on AWS for an environment: where to look for what is left of it, also when its state is gone. */
export interface AwsRecord {
  environment: string;
  /** ISO time of the tags. */
  expires: string;
  stacks: StackPlace[];
}

function recordFile(environment: string): string {
  return join(stateDir(), 'aws', `${environment}.json`);
}

/** The record of an environment; undefined when nothing was ever begun for it on this machine. */
export function readRecord(environment: string): AwsRecord | undefined {
  const file = recordFile(environment);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as AwsRecord) : undefined;
}

/** Written before the first call that makes anything. Places that an earlier file named stay known. */
export function writeRecord(record: AwsRecord): void {
  const before = readRecord(record.environment)?.stacks ?? [];
  const known = new Set(record.stacks.map((stack) => placeKey(stack)));
  const stacks = [...record.stacks, ...before.filter((stack) => !known.has(placeKey(stack)))];
  const file = recordFile(record.environment);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...record, stacks }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function placeKey({ name, place }: StackPlace): string {
  return JSON.stringify([name, place.account.role, place.account.id, place.region]);
}
