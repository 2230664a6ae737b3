import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of this checkout or installation. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** Everything that can be built or fetched again: tools, images, the private engine. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env['MESHPROOF_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'meshproof');
}

/** Everything that must not be lost while an environment lives: leases, kubeconfigs, journals. */
export function stateDir(env: NodeJS.ProcessEnv = process.env): string {
  return (
    env['MESHPROOF_STATE'] ?? join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'meshproof')
  );
}

/** State of one environment. */
export function environmentDir(environment: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(stateDir(env), 'environments', environment);
}
