import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshproofError, errorMessage } from '../../../support/errors.ts';
import { exec } from '../../../support/exec.ts';
import { withMachineLock } from '../../../support/machine-lock.ts';
import { partialFolder } from './partial.ts';
import { type Slot, type Stage, type StageEvent, stageHashes } from './stage.ts';

/** The longest that one stage may take, milliseconds; the slowest (Kubernetes) takes 9 minutes on 2 shared cores. */
const stageTimeout = 3_600_000;

export interface RunStagesOptions {
  /** Folder of the stages' outputs (`<stage>-<hash>`) and logs. */
  root: string;
  onEvent: (event: StageEvent) => void;
  signal?: AbortSignal;
}

/** A stage that is complete. */
export interface StageOutput {
  hash: string;
  dir: string;
}

/**
 * Makes the target stages, and of the stages that they need only those that have no output for their content
 * hash yet. An output appears under its final name by one rename, so an interrupted build resumes at the stage
 * that it was in. Throws an `environment` error with the path of the log of the stage that failed.
 */
export async function runStages(
  stages: readonly Stage[],
  targets: readonly string[],
  options: RunStagesOptions,
): Promise<Map<string, StageOutput>> {
  const build = new Build(stages, options);
  const results = await Promise.allSettled(targets.map((target) => build.ensure(target)));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
  return build.outputs;
}

class Build {
  readonly outputs = new Map<string, StageOutput>();
  readonly #stages: Map<string, Stage>;
  readonly #hashes: Map<string, string>;
  readonly #options: RunStagesOptions;
  readonly #running = new Map<string, Promise<StageOutput>>();
  readonly #slots = new Map<Slot, Promise<unknown>>();
  readonly #abort = new AbortController();

  constructor(stages: readonly Stage[], options: RunStagesOptions) {
    this.#stages = new Map(stages.map((stage) => [stage.name, stage]));
    this.#hashes = stageHashes(stages);
    this.#options = options;
  }

  ensure(name: string): Promise<StageOutput> {
    const running = this.#running.get(name) ?? this.#ensure(name);
    this.#running.set(name, running);
    return running;
  }

  async #ensure(name: string): Promise<StageOutput> {
    const stage = this.#stages.get(name);
    const hash = this.#hashes.get(name);
    if (!stage || hash === undefined) throw new MeshproofError('bug', `there is no build stage ${name}`);
    const output = { hash, dir: join(this.#options.root, `${name}-${hash}`) };
    if (await this.#complete(stage, output)) {
      this.#options.onEvent({ stage: name, state: 'cached' });
    } else {
      const before = [...stage.needs, ...(stage.after ?? [])];
      const needs = await Promise.allSettled(before.map((need) => this.ensure(need)));
      const failure = needs.find((need) => need.status === 'rejected');
      if (failure) throw failure.reason;
      await this.#inSlot(stage.slot, () => this.#makeOnce(stage, output));
    }
    this.outputs.set(name, output);
    return output;
  }

  async #complete(stage: Stage, output: StageOutput): Promise<boolean> {
    const there = await stat(output.dir).catch(() => undefined);
    return there !== undefined && (stage.present === undefined || (await stage.present(output.hash)));
  }

  /** One stage at a time in a slot; `fetch` has no limit. */
  async #inSlot(slot: Slot, work: () => Promise<void>): Promise<void> {
    if (slot === 'fetch') return await work();
    const before = this.#slots.get(slot) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#slots.set(slot, turn);
    await turn;
  }

  /** Another process on this machine may be making the same output: then its result is used. */
  async #makeOnce(stage: Stage, output: StageOutput): Promise<void> {
    const make = async () => {
      if (!(await this.#complete(stage, output))) return await this.#make(stage, output);
      this.#options.onEvent({ stage: stage.name, state: 'cached' });
    };
    await withMachineLock(`${this.#options.root}/${stage.name}`, make, stageTimeout);
  }

  async #make(stage: Stage, output: StageOutput): Promise<void> {
    const { root, onEvent } = this.#options;
    const signal = AbortSignal.any([
      this.#abort.signal,
      ...(this.#options.signal ? [this.#options.signal] : []),
    ]);
    signal.throwIfAborted();
    const started = performance.now();
    const seconds = () => Math.round((performance.now() - started) / 100) / 10;
    const partial = await partialFolder(join(root, '.partial'), stage.name);
    const logFile = join(root, 'logs', `${stage.name}.log`);
    await mkdir(join(root, 'logs'), { recursive: true });
    const log = createWriteStream(logFile);
    onEvent({ stage: stage.name, state: 'start' });
    const line = (text: string) => {
      log.write(`${text}\n`);
      onEvent({ stage: stage.name, state: 'line', line: text });
    };
    try {
      await stage.run({
        hash: output.hash,
        dir: partial,
        output: (name) => this.#needed(stage, name).dir,
        hashOf: (name) => this.#needed(stage, name).hash,
        line,
        exec: (file, args, given = {}) => {
          log.write(`$ ${file} ${args.join(' ')}\n`);
          return exec(file, args, { timeout: stageTimeout, onLine: line, signal, ...given });
        },
      });
      await rm(output.dir, { recursive: true, force: true });
      await rename(partial, output.dir);
      await this.#forgetOld(stage.name, output.dir);
      onEvent({ stage: stage.name, state: 'done', seconds: seconds() });
    } catch (error) {
      line(errorMessage(error));
      onEvent({ stage: stage.name, state: 'failed', seconds: seconds() });
      this.#abort.abort(error);
      throw new MeshproofError('environment', `building ${stage.name} failed: ${errorMessage(error)}`, {
        nextStep: `see ${logFile}; the next run goes on at this stage`,
        cause: error,
      });
    } finally {
      await new Promise<void>((closed) => log.end(closed));
    }
  }

  /** Keeps the newest other output of the stage: going back to it stays cheap, and the folder stays bounded. */
  async #forgetOld(name: string, current: string): Promise<void> {
    const { root } = this.#options;
    const others = (await readdir(root))
      .filter((entry) => new RegExp(`^${name}-[0-9a-f]{16}$`).test(entry))
      .map((entry) => join(root, entry))
      .filter((dir) => dir !== current);
    const dated = await Promise.all(others.map(async (dir) => ({ dir, time: (await stat(dir)).mtimeMs })));
    const old = dated.sort((a, b) => b.time - a.time).slice(1);
    await Promise.all(old.map(({ dir }) => rm(dir, { recursive: true, force: true })));
  }

  #needed(stage: Stage, name: string): StageOutput {
    const output = stage.needs.includes(name) ? this.outputs.get(name) : undefined;
    if (!output) throw new MeshproofError('bug', `stage ${stage.name} uses ${name} without needing it`);
    return output;
  }
}
