import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProviderSettings } from '../model/environment.ts';
import type { Lab } from '../model/lab.ts';
import { environmentDir, stateDir } from '../support/paths.ts';

/**
 * What is known of an environment between two commands. `creating` and `deleting` are written before the
 * work starts, so that work that was cut off is seen as what it is.
 */
export type EnvironmentState = Known & ({ phase: 'creating' | 'deleting' } | { phase: 'up'; lab: Lab });

interface Known {
  name: string;
  file: string;
  since: string;
  /** Which provider the clusters come from; `kind` when it was written before there was another. */
  provider?: ProviderSettings['kind'];
  /** Made by a run for itself: the run, or the one after it was killed, takes it away at its end. */
  temporary: boolean;
}

function stateFile(environment: string): string {
  return join(environmentDir(environment), 'state.json');
}

/** State of an environment; undefined when nothing of it was ever made, or all of it is gone. */
export function readState(environment: string): EnvironmentState | undefined {
  const file = stateFile(environment);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as EnvironmentState) : undefined;
}

/** Replaces the state in one step: a crash leaves the old one or the new one. */
export function writeState(state: EnvironmentState): void {
  const file = stateFile(state.name);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Forgets an environment, with its kubeconfigs, trust roots and journal. */
export function forgetState(environment: string): void {
  rmSync(environmentDir(environment), { recursive: true, force: true });
}

/** All environments that left a state on this machine. */
export function listStates(): EnvironmentState[] {
  const dir = join(stateDir(), 'environments');
  if (!existsSync(dir)) return [];
  return readdirSync(dir).flatMap((name) => readState(name) ?? []);
}
