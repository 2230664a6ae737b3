import { createHash } from 'node:crypto';
import type { ExecOptions, ExecResult } from '../../../support/exec.ts';

/** What happens while images are made; one stage may send many `line` events. */
export interface StageEvent {
  stage: string;
  state: 'cached' | 'start' | 'line' | 'done' | 'failed';
  seconds?: number;
  line?: string;
}

/**
 * What a stage needs to itself: Go compilers run one at a time (each takes every core), the engine builds one
 * image at a time, downloads overlap with both.
 */
export type Slot = 'compile' | 'engine' | 'fetch';

/** A step of the source build: from its inputs and the outputs of other stages to a folder of files. */
export interface Stage {
  name: string;
  needs: readonly string[];
  /** Stages that shall be complete before this one runs, although its output does not depend on them. */
  after?: readonly string[];
  slot: Slot;
  /** Everything besides the needed stages that decides the output; JSON. */
  inputs: unknown;
  /** For a stage whose output is not only files (an image in the engine): is that still there? */
  present?(hash: string): Promise<boolean>;
  run(work: StageWork): Promise<void>;
}

/** What a running stage works with. */
export interface StageWork {
  hash: string;
  /** Empty folder to fill; it becomes the stage's output when `run` returns. */
  dir: string;
  /** Output folder of a stage that is named in `needs`. */
  output(stage: string): string;
  /** Content hash of a stage that is named in `needs`. */
  hashOf(stage: string): string;
  /** Adds a line to the stage's log. */
  line(text: string): void;
  /** Runs a program with its output in the stage's log. */
  exec(file: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
}

/**
 * Content hash of every stage: of its name, its inputs, and the hashes of what it needs. Throws when a stage
 * needs one that is not there, or itself.
 */
export function stageHashes(stages: readonly Stage[]): Map<string, string> {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const hashes = new Map<string, string>();
  const visit = (name: string, path: readonly string[]): string => {
    const known = hashes.get(name);
    if (known !== undefined) return known;
    const stage = byName.get(name);
    if (!stage || path.includes(name)) throw new Error(`stage graph: ${[...path, name].join(' → ')}`);
    const needs = stage.needs.map((need) => [need, visit(need, [...path, name])]);
    const hash = contentHash({ name, inputs: stage.inputs, needs });
    hashes.set(name, hash);
    return hash;
  };
  for (const stage of stages) visit(stage.name, []);
  return hashes;
}

/** First 16 hex digits of the SHA-256 of a JSON value; the order of an object's keys does not matter. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
