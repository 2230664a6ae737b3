import { type Change, type Look, pushesSeen } from '../analysis/pushes.ts';
import type { Observation } from '../model/observation.ts';
import { systemClock } from '../support/clock.ts';
import { errorMessage } from '../support/errors.ts';

/** What changes are made and looked for with. */
export interface PushingOptions {
  /** Between two changes. */
  everyMs: number;
  /** After so many it ends by itself. */
  count: number;
  /** A change that was not seen by then is lost. */
  deadlineMs: number;
  lookEveryMs: number;
  /** Makes the change of this generation, counted from 1. */
  change(generation: number): Promise<void>;
  /** Who takes changes, in words. */
  server: string;
  /** What the proxy has, and since when on our clock; generation -1: nothing; undefined: it could not be asked. */
  ask(): Promise<Omit<Look, 'at'> | undefined>;
}

/** Changes that are made at fixed times, and seen or not. */
export interface Pushing {
  seen(): { observations: Observation[]; complete: boolean };
  /** Makes no more changes, and waits until the last one is due. */
  finish(): Promise<void>;
  /** Ends at once. */
  stop(): Promise<void>;
}

/** Makes changes at times that are fixed in advance, whatever becomes of those before, and asks a proxy which it has. */
export function startPushing(options: PushingOptions): Pushing {
  const { everyMs, count, deadlineMs, lookEveryMs } = options;
  const changes: Change[] = [];
  const looks: Look[] = [];
  const going = { on: true, over: false };

  const make = async (made: Change): Promise<void> => {
    const refuse = (outcome: 'refused' | 'deadline', detail: string) =>
      (made.refused ??= { at: Date.now(), outcome, detail: `${options.server}: ${detail}` });
    const late = setTimeout(() => refuse('deadline', `no answer within ${deadlineMs} ms`), deadlineMs);
    await options
      .change(made.generation)
      .catch((error: unknown) => refuse('refused', errorMessage(error)))
      .finally(() => clearTimeout(late));
  };
  const change = async () => {
    const startedAt = Date.now();
    for (let generation = 1; generation <= count && going.on; generation += 1) {
      const intendedAt = startedAt + (generation - 1) * everyMs;
      while (Date.now() < intendedAt && going.on)
        await systemClock.sleep(Math.min(100, intendedAt - Date.now()));
      if (!going.on) return;
      const made: Change = { generation, intendedAt, sentAt: Date.now() };
      changes.push(made);
      void make(made);
    }
  };
  const look = async () => {
    for (; !going.over; await systemClock.sleep(lookEveryMs)) {
      const at = Date.now();
      const taken = await options.ask();
      if (taken) looks.push({ at, ...taken });
    }
  };
  const changing = change();
  const looking = look();
  const stop = async () => {
    Object.assign(going, { on: false, over: true });
    await Promise.all([changing, looking]);
  };
  return {
    seen: () => ({
      observations: pushesSeen(changes, looks, { deadlineMs, final: going.over }),
      complete: going.over,
    }),
    async finish() {
      going.on = false;
      await changing;
      const due = (changes.at(-1)?.intendedAt ?? 0) + deadlineMs + lookEveryMs;
      while (Date.now() < due) await systemClock.sleep(Math.min(100, due - Date.now()));
      await stop();
    },
    stop,
  };
}
