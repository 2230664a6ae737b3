import type { Lab } from '../model/lab.ts';
import type { PlannedTest } from '../model/run.ts';
import { errorMessage } from '../support/errors.ts';
import { readLines } from '../support/json-lines.ts';
import { waitFor } from '../support/kube.ts';
import type { Log } from '../support/log.ts';
import { abilities, type GuestEntry, makeGuest, note } from './guest-making.ts';
import { guestSpec } from './guest-spec.ts';

/** Capability that a test asks for when it takes a guest. */
const TAKES_A_GUEST = 'join-live-mesh';
/** A cluster that yields to everybody else on a busy machine is there after so long, or never. */
const MADE_WITHIN_MS = 600_000;

/**
 * Begins to make the guest when one of the tests takes it, so that its minute of starting programs passes while the other tests
 * run: its nodes yield the processor to theirs, and nobody knows of it. It never fails: whoever takes the guest then makes it, and
 * says why it can't. Disposing waits until the making has ended; the guest itself stays, for a sweep to take.
 */
export function prepareGuest(
  lab: Lab,
  { run, tests, log }: { run: string; tests: readonly PlannedTest[]; log: Log },
): AsyncDisposable {
  const stop = new AbortController();
  const wanted = tests.some(({ needs }) => needs.includes(TAKES_A_GUEST));
  const making = wanted ? make(lab, { run, signal: stop.signal }) : Promise.resolve();
  const ended = making.catch((error: unknown) => {
    if (stop.signal.aborted) return;
    log.debug(`the guest was not made ahead: ${errorMessage(error)}`);
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function make(lab: Lab, { run, signal }: { run: string; signal: AbortSignal }): Promise<void> {
  const { guests } = abilities(lab);
  try {
    await makeGuest({ lab, run, signal, guests, spec: guestSpec(lab.clusters) }, false);
  } catch (error) {
    note({ lab, run }, 'failed');
    throw error;
  }
}

/**
 * Waits for a guest that another process of the run is making. True when it is ready; false when there is none, its maker failed,
 * or is no more.
 */
export async function wasPrepared(
  journal: string,
  { run, signal, everyMs = 500 }: { run: string; signal: AbortSignal; everyMs?: number },
): Promise<boolean> {
  const last = () => readLines<GuestEntry>(journal).findLast((entry) => entry.run === run);
  const begun = last();
  if (begun === undefined || begun.pid === process.pid) return false;
  const isOver = async () => last()?.step !== 'intent' || !isAlive(begun.pid);
  const options = { timeoutMs: MADE_WITHIN_MS, everyMs, signal };
  await waitFor('the guest that this run makes is there', isOver, options);
  return last()?.step === 'ready';
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
