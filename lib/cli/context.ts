import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { loadEnvironment } from '../environment/load.ts';
import type { Environment, ImageMode } from '../model/environment.ts';
import { MeshproofError } from '../support/errors.ts';
import { type Log, terminalLog } from '../support/log.ts';
import { projectRoot } from '../support/paths.ts';
import { createStages, type Stages } from '../support/stages.ts';

/** Options that every command which touches an environment has. */
export interface EnvironmentFlags {
  environment: string;
  images?: ImageMode;
  registryMirror?: string;
  verbose?: boolean;
}

/** What a command works with: progress on stderr, times, and a signal that Ctrl-C aborts. */
export interface CommandContext {
  log: Log;
  stages: Stages;
  signal: AbortSignal;
  registryMirror?: string;
}

/** The default environment. */
export const DEFAULT_ENVIRONMENT = 'kind-istio';

export function commandContext(flags: Pick<EnvironmentFlags, 'verbose' | 'registryMirror'>): CommandContext {
  const log = terminalLog({ verbose: flags.verbose ?? false });
  return {
    log,
    stages: createStages(log),
    signal: interruptSignal(log),
    ...(flags.registryMirror === undefined ? {} : { registryMirror: flags.registryMirror }),
  };
}

/** Reads the environment file (relative to here, or a name under environments/) with the flags laid over it. */
export function environmentFrom(flags: EnvironmentFlags): Environment {
  const file = /[/.]/.test(flags.environment)
    ? resolve(flags.environment)
    : resolve(projectRoot, 'environments', `${flags.environment}.yaml`);
  const environment = loadEnvironment(file);
  const images = flags.images ?? (process.env['MESHPROOF_IMAGES'] as ImageMode | undefined);
  return images === undefined || environment.provider.kind !== 'kind'
    ? environment
    : { ...environment, provider: { ...environment.provider, images } };
}

const SAME_REQUEST_MS = 300;

/** Aborted by the first SIGINT, SIGTERM or SIGHUP: work ends at the next safe point and is undone. */
function interruptSignal(log: Log): AbortSignal {
  const controller = new AbortController();
  let asked = 0;
  let last = 0;
  const interrupt = (name: string) => {
    // One request may come twice: from the group's signal, and passed on by what started us.
    if (Date.now() - last < SAME_REQUEST_MS) return;
    last = Date.now();
    asked += 1;
    if (asked === 1) {
      log.warn(
        'interrupted: reverting and cleaning up (once more to leave at once; a sweep finds what is left)',
      );
      controller.abort(new MeshproofError('environment', `interrupted by ${name}`));
    } else if (asked === 2) process.exit(130);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  return controller.signal;
}

/** An option's value that is a count: a whole number, 1 or more. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number above 0.');
  return value;
}
