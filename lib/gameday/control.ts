import { MeshproofError } from '../support/errors.ts';

const TICK_MS = 100;

/** What people may do to a game day that runs: pause it, skip what it waits for, abort it. */
export interface Control {
  /** Waits so long; a pause makes it longer, a skip ends it. Throws when the game day is aborted. */
  wait(ms: number): Promise<void>;
  /** Waits until `done`, a skip, or an abort, which throws. */
  until(done: Promise<unknown>): Promise<void>;
  /** True while it stands still. */
  readonly paused: boolean;
  pause(on: boolean): void;
  skip(): void;
  /** Why it was aborted; undefined while it goes on. */
  readonly aborted: Abort | undefined;
  /** The first abort counts. */
  abort(abort: Abort): void;
}

/** Who halted a game day: a condition of its own, a person, or a step that could not be carried out. */
export interface Abort {
  by: 'condition' | 'person' | 'trouble';
  reason: string;
}

export function createControl(signal?: AbortSignal): Control {
  let paused = false;
  let skips = 0;
  let aborted: Abort | undefined;
  const abort = (one: Abort) => void (aborted ??= one);
  signal?.addEventListener('abort', () => abort({ by: 'person', reason: 'it was interrupted' }));
  /** Tells whether somebody has skipped since. */
  const sinceSkip = () => {
    const before = skips;
    return () => skips !== before;
  };
  const tick = () => new Promise((resolve) => setTimeout(resolve, TICK_MS));
  const check = () => {
    if (aborted) throw new MeshproofError('inconclusive', `the game day was halted: ${aborted.reason}`);
  };
  return {
    async wait(ms) {
      const skipped = sinceSkip();
      let left = ms;
      let last = Date.now();
      while (left > 0 && !skipped()) {
        check();
        await tick();
        const now = Date.now();
        if (!paused) left -= now - last;
        last = now;
      }
      check();
    },
    async until(done) {
      const skipped = sinceSkip();
      const state = { over: false };
      const ended = done.finally(() => (state.over = true));
      ended.catch(() => undefined);
      while (!state.over && !skipped()) {
        check();
        await tick();
      }
      check();
    },
    get paused() {
      return paused;
    },
    pause: (on) => void (paused = on),
    skip: () => void (skips += 1),
    get aborted() {
      return aborted;
    },
    abort,
  };
}
