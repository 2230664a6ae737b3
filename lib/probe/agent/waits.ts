import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import type { ProcessorWait } from '../wire.ts';

const EVERY_MS = 500;
/** What is shorter loses no call: tries have a second and more. */
const WORTH_SAYING_MS = 100;

/** Envoy's threads that calls pass; its others have work of their own. Other programs have no such names. */
const WORKER = 'wrk:';

/** Where programs are found, by their numbers, and which of them is this one. */
export interface Processes {
  root: string;
  self: number;
}

interface Reading {
  at: number;
  /** Nanoseconds that each thread has waited since it began, by program and thread. */
  waited: Map<string, number>;
}

/**
 * Says whenever a program of this pod had work to do and no processor to do it on, for longer than {@link WORTH_SAYING_MS} in
 * half a second. A pod whose containers share their processes sees its proxy, too. `now` is the clock of its times. Stop it by
 * what it gives back; where the kernel does not count (`schedstat`, Linux, Documentation/scheduler/sched-stats) it says nothing.
 */
export function watchWaits(
  say: (wait: ProcessorWait) => void,
  now: () => number,
  processes: Processes = { root: '/proc', self: process.pid },
): () => void {
  let before = readWaits(processes, now());
  const timer = setInterval(() => {
    const after = readWaits(processes, now());
    const waits = waitsBetween(before, after, processes);
    if (Object.keys(waits).length > 0) say({ from: before.at, to: after.at, waits });
    before = after;
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** What every thread of every program has waited until now. */
export function readWaits({ root }: Pick<Processes, 'root'>, at: number): Reading {
  const waited = new Map<string, number>();
  for (const pid of numbersIn(root))
    for (const thread of numbersIn(`${root}/${pid}/task`)) {
      // Time on a processor, time waited for one (both nanoseconds), turns.
      const [, ns] = readOr(`${root}/${pid}/task/${thread}/schedstat`).split(' ').map(Number);
      if (ns !== undefined && !Number.isNaN(ns)) waited.set(`${pid}/${thread}`, ns);
    }
  return { at, waited };
}

/** Milliseconds that the thread of each program waited that waited longest, by the program's name: what is worth saying of those that calls pass. */
export function waitsBetween(
  before: Reading,
  after: Reading,
  { root, self }: Processes,
): ProcessorWait['waits'] {
  const long = [...after.waited].flatMap(([key, ns]) => {
    const [pid = '', thread = ''] = key.split('/');
    // A thread that is new has waited since it began, which was since.
    const ms = (ns - (before.waited.get(key) ?? 0)) / 1e6;
    return ms < WORTH_SAYING_MS ? [] : { pid, thread: readOr(`${root}/${pid}/task/${thread}/comm`), ms };
  });
  const waits: ProcessorWait['waits'] = {};
  for (const { pid, thread, ms } of long) {
    const name = Number(pid) === self ? 'agent' : readOr(`${root}/${pid}/comm`).trim();
    if (name === '' || (name === 'envoy' && !thread.startsWith(WORKER))) continue;
    waits[name] = Math.max(Math.round(ms), waits[name] ?? 0);
  }
  return waits;
}

function numbersIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Nothing where it ended meanwhile. */
function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
