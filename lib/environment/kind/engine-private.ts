import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MeshproofError } from '../../support/errors.ts';
import type { Log } from '../../support/log.ts';
import { type EngineHost, engineFiles, livePid, survivors } from './engine-host.ts';
import { clearLeftovers, unmountLeftovers } from './engine-leftovers.ts';
import { raiseInotifyLimits } from './engine-limits.ts';
import { checkStartable } from './engine-needs.ts';
import { giveLabItsShare } from './engine-share.ts';
import { askDocker } from './engine-user.ts';
import { missingHere, writeRuntimeWrapper } from './runtime-wrapper.ts';

/** Milliseconds that dockerd gets to answer; it takes 2 s here, more when it first clears the containers of a killed one. */
const startLimit = 90_000;
/** dockerd gives each container 10 s to end, then kills it (`docker stop`); all in parallel. */
const stopLimit = 90_000;

/**
 * Starts the private engine, or waits for the one that is starting, and promises its version once it answers.
 * It outlives this process. Call it under the engine's lock. Throws an `environment` error with the end of its log.
 */
export async function startPrivate(host: EngineHost, log: Log): Promise<string> {
  const running = await livePid(host);
  if (running !== undefined) return await untilAnswers(host, running);
  const missing = await missingHere(join(host.proc, 'self', 'status'));
  await checkStartable(host, missing);
  log.info('engine: starting a private Docker engine');
  await mkdir(host.root, { recursive: true });
  await clearLeftovers(host, log);
  const raised = await raiseInotifyLimits(host);
  for (const limit of raised)
    log.info(`engine: raised fs.inotify.${limit.name} ${limit.have} → ${limit.need}`);
  if (missing.length > 0) {
    log.info(
      `engine: this host cannot grant ${missing.join(', ')}; containers start through a wrapper of runc`,
    );
    await writeRuntimeWrapper(engineFiles(host.root).wrapper, missing);
  }
  const child = await launch(host, missing.length > 0);
  return await untilAnswers(host, child);
}

/** The arguments of the private dockerd; `group` is where its containers are among the groups of processes. */
export function dockerdArguments(root: string, withWrapper: boolean, group?: string): string[] {
  const files = engineFiles(root);
  const places = ['--data-root', files.data, '--exec-root', files.exec, '--pidfile', files.pid];
  // Containers must not resolve names outside the lab: nothing listens at this address in a container. An engine of
  // this age then gives no answer at all, so the resolver's patience is cut down (kind's nodes ask at boot).
  const resolver = ['--dns', '127.0.0.1', '--dns-opt', 'timeout:1', '--dns-opt', 'attempts:1'];
  const runtime = ['--add-runtime', `meshproof=${files.wrapper}`, '--default-runtime', 'meshproof'];
  const parent = group === undefined ? [] : ['--cgroup-parent', `/${group}`];
  return [...places, '--host', files.dockerHost, ...resolver, ...parent, ...(withWrapper ? runtime : [])];
}

async function launch(host: EngineHost, withWrapper: boolean): Promise<ChildProcess> {
  const files = engineFiles(host.root);
  const size = await stat(files.log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 10_000_000) await rename(files.log, `${files.log}.old`);
  const log = await open(files.log, 'a');
  const child = spawn('dockerd', dockerdArguments(host.root, withWrapper, await giveLabItsShare(host)), {
    cwd: '/',
    // A session of its own: neither Ctrl-C nor the end of this process reaches it.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...host.env, PATH: `${host.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
  child.once('error', () => {});
  child.unref();
  await log.close();
  return child;
}

async function untilAnswers(host: EngineHost, engine: ChildProcess | number): Promise<string> {
  const files = engineFiles(host.root);
  const ended = async () =>
    typeof engine === 'number'
      ? (await livePid(host)) === undefined
      : engine.pid === undefined || engine.exitCode !== null || engine.signalCode !== null;
  const deadline = Date.now() + startLimit;
  while (Date.now() < deadline) {
    const answer = await askDocker(host, files.dockerHost);
    if (answer.state === 'answers') return answer.version;
    if (await ended()) throw await engineError(host, 'the private Docker engine ended while it started');
    await sleep(250);
  }
  throw await engineError(host, `the private Docker engine gives no answer for ${startLimit / 1000} s`);
}

async function engineError(host: EngineHost, sentence: string): Promise<MeshproofError> {
  const { log } = engineFiles(host.root);
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  const telling = lines.slice(-200).filter((line) => /level=(error|fatal)|^failed|panic/.test(line));
  const end = (telling.length > 0 ? telling : lines).slice(-5).join('\n');
  return new MeshproofError('environment', `${sentence}\n${end}`, {
    nextStep: `read ${log}; npx meshproof engine stop, then try again`,
    facts: { log },
  });
}

/** Stops the private engine and its containers; images and volumes stay. Promises false when none was running. */
export async function stopPrivate(host: EngineHost, log: Log): Promise<boolean> {
  const pid = await livePid(host);
  if (pid === undefined) return false;
  log.info(`engine: stopping the private Docker engine (pid ${pid})`);
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + stopLimit;
  while (Date.now() < deadline) {
    if ((await livePid(host)) === undefined) {
      if ((await survivors(host)).length === 0) await unmountLeftovers(host, log);
      return true;
    }
    await sleep(100);
  }
  log.warn(`engine: no end within ${stopLimit / 1000} s; killing it`);
  process.kill(pid, 'SIGKILL');
  return true;
}
