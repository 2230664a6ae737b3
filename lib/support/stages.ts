import type { Log } from './log.ts';

/** Names and times the stages of a command; each is announced, so nothing long is silent. */
export interface Stages {
  /** Seconds by stage, in the order in which they ended. */
  readonly seconds: Record<string, number>;
  /**
   * Runs one stage and gives its result back; a failed stage is timed and announced too. One that shows its own
   * progress (`speaks`) gets no signs of life.
   */
  run<T>(name: string, work: () => Promise<T>, options?: { speaks?: boolean }): Promise<T>;
}

/** How long a stage may be silent, milliseconds. */
const STILL_EVERY_MS = 30_000;

/** Stages that announce themselves on a log. */
export function createStages(log: Log): Stages {
  const seconds: Record<string, number> = {};
  return {
    seconds,
    async run(name, work, { speaks = false } = {}) {
      const started = performance.now();
      log.info(`${name} …`);
      const end = (mark: string) => {
        const took = secondsSince(started);
        seconds[name] = took;
        log.info(`${mark} ${name} (${took} s)`);
      };
      try {
        const result = await (speaks ? work() : withSignsOfLife(name, log, work));
        end('✓');
        return result;
      } catch (error) {
        end('✗');
        throw error;
      }
    },
  };
}

/** Says every half minute that the work still goes on. */
export async function withSignsOfLife<T>(name: string, log: Log, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const timer = setInterval(
    () => log.info(`${name}: still at it (${secondsSince(started)} s)`),
    STILL_EVERY_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function secondsSince(started: number): number {
  return Number(((performance.now() - started) / 1000).toFixed(1));
}
