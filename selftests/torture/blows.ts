import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../../lib/model/lab.ts';
import { tryExec } from '../../lib/support/exec.ts';
import { dockerHostOf } from '../../lib/support/node-access.ts';
import { waitFor } from '../../lib/support/kube.ts';
import { cacheDir, environmentDir, projectRoot, stateDir } from '../../lib/support/paths.ts';
import { CASES } from '../cluster/fault-cases.ts';
import { journalFile, readJournal } from '../../lib/fault/journal.ts';
import { killGroup } from '../cluster/injector.ts';
import type { Point } from './points.ts';

/** From its plan on, a fault of the torture lives so long at most. */
const LASTS_MS = 16_000;
const HOLD_MS = 2500;
/** The engine, and the API server, are away so long. */
const AWAY_MS = 6000;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/**
 * Carries one point out: starts the maker of the fault, and strikes. Resolves when nothing of ours runs any more, with the
 * deadline of the fault, milliseconds since the epoch. `byJob`: its maker has the API servers only.
 */
export async function strike(lab: Lab, point: Point, byJob: boolean): Promise<number> {
  const { fault } = CASES[point.fault] ?? {};
  if (!fault) throw new Error(`no case ${point.fault}`);
  const spec = JSON.stringify(fault(lab));
  const { name } = lab.environment;
  const run = `torture-${Date.now()}-${point.number}`;
  const args = ['selftests/torture/maker.ts', name, run, spec, String(LASTS_MS), String(HOLD_MS)];
  if (byJob) args.push('by-job');
  if (point.blow === 'full disk') return onAFullDisk(lab, args, { run, atMs: point.atMs });
  const maker = start(args, point.blow === 'kill -9 of the process and its parent');
  const deadline = await meant(journalFile(name), run);
  await sleep(point.atMs);
  switch (point.blow) {
    case 'kill -9 of the process':
    case 'kill -9 of the process and its parent':
      break;
    case 'freeze of the process past the deadline':
      signalTo(maker, 'SIGSTOP');
      await sleep(deadline + 1000 - Date.now());
      // It wakes up behind its dead-man, wherever it was, and goes on.
      signalTo(maker, 'SIGCONT');
      await Promise.race([exited(maker), sleep(5000)]);
      break;
    case 'freeze of the engine': {
      const pid = Number(readFileSync(join(cacheDir(), 'engine/docker.pid'), 'utf8'));
      process.kill(pid, 'SIGSTOP');
      killGroup(maker);
      await sleep(AWAY_MS);
      process.kill(pid, 'SIGCONT');
      break;
    }
    case 'freeze of the API server':
      await toApiServers(lab, 'STOP');
      killGroup(maker);
      await sleep(AWAY_MS);
      await toApiServers(lab, 'CONT');
      break;
  }
  killGroup(maker);
  return deadline;
}

/** Waits until the fault of a run is meant: the first line of its journal. Gives its deadline. */
function meant(journal: string, run: string): Promise<number> {
  const deadline = async () => readJournal(journal).find(({ plan }) => plan?.run === run)?.plan?.deadline;
  return waitFor(`${run} is meant`, deadline, { timeoutMs: 60_000, everyMs: 50 });
}

/** A maker in a group of its own; below a shell that waits for it, where its parent is to die too. */
function start(args: readonly string[], underShell: boolean, env: Record<string, string> = {}): ChildProcess {
  const command = [process.execPath, ...args];
  const [program = '', ...rest] = underShell ? ['sh', '-c', '"$@" & wait', 'sh', ...command] : command;
  return spawn(program, rest, {
    cwd: projectRoot,
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
}

function signalTo({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // It has ended by itself: another fault of its batch took its node away.
  }
}

function exited(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

/** All of them; one whose node is paused, or killed, just now has no processes to be told. */
async function toApiServers(lab: Lab, signal: 'STOP' | 'CONT'): Promise<void> {
  const nodes = lab.clusters.flatMap(({ nodes: all }) => all.filter(({ role }) => role === 'control-plane'));
  await Promise.all(
    nodes.map(({ container }) =>
      tryExec('docker', ['exec', container, 'pkill', `-${signal}`, 'kube-apiserver'], {
        env: { DOCKER_HOST: dockerHostOf(lab.access) },
        timeout: 20_000,
      }),
    ),
  );
}

/** The journal is on a disk of its own, of 1 MiB, that fills up: the maker goes on as it can. */
async function onAFullDisk(
  lab: Lab,
  args: readonly string[],
  { run, atMs }: { run: string; atMs: number },
): Promise<number> {
  const disk = mkdtempSync(join(tmpdir(), 'meshproof-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  try {
    const own = environmentDir(lab.environment.name, { MESHPROOF_STATE: disk });
    mkdirSync(own, { recursive: true });
    const keep = (from: string) => !/journal|changes|watchdogs/.test(from.slice(stateDir().length));
    cpSync(environmentDir(lab.environment.name), own, { recursive: true, filter: keep });
    const maker = start(args, false, { MESHPROOF_STATE: disk });
    const deadline = await meant(join(own, 'journal.jsonl'), run);
    await sleep(atMs);
    await tryExec('dd', ['if=/dev/zero', `of=${join(disk, 'filler')}`, 'bs=4k']);
    await Promise.race([exited(maker), sleep(LASTS_MS)]);
    killGroup(maker);
    // A watchdog that cannot write either is to revert all the same.
    await sleep(deadline - Date.now());
    return deadline;
  } finally {
    await tryExec('umount', ['--lazy', disk]);
    rmSync(disk, { recursive: true, force: true });
  }
}
