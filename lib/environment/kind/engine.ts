import { join } from 'node:path';
import { MeshproofError } from '../../support/errors.ts';
import { type Log, silentLog } from '../../support/log.ts';
import { type EngineHost, engineFiles, livePid, thisHost } from './engine-host.ts';
import { withMachineLock } from '../../support/machine-lock.ts';
import { inotifyRemedy, lowInotifyLimits } from './engine-limits.ts';
import { startPrivate, stopPrivate } from './engine-private.ts';
import { askDocker, unusableDocker } from './engine-user.ts';
import { missingHere } from './runtime-wrapper.ts';

/** A Docker that answers. */
export interface Engine {
  /** Value for DOCKER_HOST. */
  dockerHost: string;
  /** True for the private engine that Meshproof started. */
  owned: boolean;
  /** Version of the daemon. */
  version: string;
  /** Environment for every `docker` and `kind` command that shall reach it. */
  env: Record<string, string>;
}

export interface EngineStatus {
  state: 'running' | 'stopped' | 'denied' | 'failing';
  /** True when this is about the private engine. */
  owned: boolean;
  dockerHost: string;
  version?: string;
  /** Of the private engine. */
  pid?: number;
  detail?: string;
}

/**
 * Promises a Docker that answers: the user's when there is one, else the private one, started when it does not run.
 * Throws an `environment` error when there is a Docker that can't be used, or none can be started.
 */
export async function ensureEngine(options: { log: Log; host?: EngineHost }): Promise<Engine> {
  const { log, host = thisHost() } = options;
  const users = await usersDocker(host);
  if (users?.state === 'answers') {
    const low = await lowInotifyLimits(host);
    if (low.length > 0)
      log.warn(`the inotify limits are too low for several clusters; ${inotifyRemedy(low)}`);
    return describeEngine(users.dockerHost, false, users.version);
  }
  const { dockerHost } = engineFiles(host.root);
  const version = await withMachineLock(`the engine in ${host.root}`, () => startPrivate(host, log));
  return describeEngine(dockerHost, true, version);
}

/** As {@link ensureEngine}, but starts nothing: undefined when no Docker of the user answers and no private one runs. */
export async function findEngine(host: EngineHost = thisHost()): Promise<Engine | undefined> {
  const users = await usersDocker(host);
  if (users?.state === 'answers') return describeEngine(users.dockerHost, false, users.version);
  if ((await livePid(host)) === undefined) return undefined;
  const { dockerHost } = engineFiles(host.root);
  const answer = await askDocker(host, dockerHost);
  if (answer.state !== 'answers') throw unusableDocker(answer, false);
  return describeEngine(dockerHost, true, answer.version);
}

/** Stops the private engine and its containers, never the user's Docker; images stay in the cache. False: none ran. */
export async function stopEngine(options: { log?: Log; host?: EngineHost } = {}): Promise<boolean> {
  const { log = silentLog, host = thisHost() } = options;
  if (host.uid !== 0 && (await livePid(host)) !== undefined) {
    throw new MeshproofError('environment', 'the private engine belongs to root', {
      nextStep: 'sudo npx meshproof engine stop',
    });
  }
  return await withMachineLock(`the engine in ${host.root}`, () => stopPrivate(host, log));
}

/** Which engine {@link ensureEngine} would use, and how it is. Starts nothing. */
export async function engineStatus(host: EngineHost = thisHost()): Promise<EngineStatus> {
  const asked = await askUsersDocker(host);
  if (asked && asked.state !== 'absent') {
    const { state, ...rest } = asked;
    return { ...rest, state: state === 'answers' ? 'running' : state, owned: false };
  }
  if (asked && chosen(host) !== undefined) {
    return { state: 'failing', owned: false, dockerHost: asked.dockerHost, detail: asked.detail };
  }
  const { dockerHost } = engineFiles(host.root);
  const pid = await livePid(host);
  if (pid === undefined) return { state: 'stopped', owned: true, dockerHost };
  const answer = await askDocker(host, dockerHost);
  return answer.state === 'answers'
    ? { state: 'running', owned: true, dockerHost, pid, version: answer.version }
    : { state: 'failing', owned: true, dockerHost, pid, detail: answer.detail };
}

/** Capabilities that containers of a private engine would lack on this host (then its runc runs in the wrapper). */
export async function capabilitiesLacking(host: EngineHost = thisHost()): Promise<string[]> {
  return await missingHere(join(host.proc, 'self', 'status'));
}

function describeEngine(dockerHost: string, owned: boolean, version: string): Engine {
  // The private engine may be an old one without BuildKit, and a newer docker command would insist on it.
  const builder: Record<string, string> = owned ? { DOCKER_BUILDKIT: '0' } : {};
  return { dockerHost, owned, version, env: { DOCKER_HOST: dockerHost, ...builder } };
}

/** The DOCKER_HOST that the user set, unless it is the private engine's. */
function chosen(host: EngineHost): string | undefined {
  const asked = host.env['DOCKER_HOST'];
  return asked === undefined || asked === '' || asked === engineFiles(host.root).dockerHost
    ? undefined
    : asked;
}

async function askUsersDocker(host: EngineHost) {
  const ours = host.env['DOCKER_HOST'] === engineFiles(host.root).dockerHost;
  return ours ? undefined : await askDocker(host, chosen(host));
}

async function usersDocker(host: EngineHost) {
  const answer = await askUsersDocker(host);
  if (answer === undefined || answer.state === 'answers') return answer;
  if (answer.state !== 'absent' || chosen(host) !== undefined)
    throw unusableDocker(answer, chosen(host) !== undefined);
  return undefined;
}
