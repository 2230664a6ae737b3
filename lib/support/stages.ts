import type { Log } from './log.ts';

/** Names and times the stages of a command; each is announced, so nothing long is silent. */
export interface Stages {
  /** Seconds by stage, in the order in which they ended. */
  readonly seconds: Record<string, number>;
  /** Runs one stage and gives its result back; a failed stage is timed and announced too. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Stages that announce themselves on a log. */
export function createStages(log: Log): Stages {
  const seconds: Record<string, number> = {};
  return {
    seconds,
    async run(name, work) {
      const started = performance.now();
      log.info(`${name} …`);
      const end = (mark: string) => {
        const took = Number(((performance.now() - started) / 1000).toFixed(1));
        seconds[name] = took;
        log.info(`${mark} ${name} (${took} s)`);
      };
      try {
        const result = await work();
        end('✓');
        return result;
      } catch (error) {
        end('✗');
        throw error;
      }
    },
  };
}
