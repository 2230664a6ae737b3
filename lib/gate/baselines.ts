import { join } from 'node:path';
import { max, median, min } from 'simple-statistics';
import { z } from 'zod';
import type { Comparison } from '../model/comparison.ts';
import type { BaselineFigure, GateResult } from '../model/gate.ts';
import { percent } from '../model/percent.ts';
import { KEPT_RUNS } from '../report/history.ts';
import { readEntries, writeEntries } from '../report/kept-lines.ts';
import { figureWords } from '../report/words.ts';
import type { Log } from '../support/log.ts';

const entrySchema = z.strictObject({
  schema: z.literal('meshproof.dev/baseline/v1'),
  run: z.string(),
  endedAt: z.string(),
  label: z.string(),
  versions: z.record(z.string(), z.string()),
  figures: z.record(z.string(), z.number()),
});

/** So many earlier gates at least, before one is called unusual. */
const LEAST_GATES = 3;
/** So much above the highest of them is unusual: the machine, or what runs now, is not what it was. */
const UNUSUAL = 0.25;

/** Where the baselines of an environment lie in a folder that is kept over runs. */
const fileIn = (folder: string, environment: string) => join(folder, environment, 'gates.jsonl');

/** Figures of what ran at the time in the gates that are kept, oldest first. */
export function readBaselines(
  folder: string,
  environment: string,
  log: Log,
): z.output<typeof entrySchema>['figures'][] {
  return readEntries(fileIn(folder, environment), entrySchema, log).map(({ figures }) => figures);
}

/** Adds what runs now, as this gate has measured it; a gate without a comparison has nothing to add. */
export function keepBaseline(folder: string, result: GateResult, log: Log): void {
  if (result.baselines.length === 0) return;
  const file = fileIn(folder, result.environment);
  const others = readEntries(file, entrySchema, log).filter(({ run }) => run !== result.run);
  const entry: z.output<typeof entrySchema> = {
    schema: 'meshproof.dev/baseline/v1',
    run: result.run,
    endedAt: result.endedAt,
    label: result.from.label,
    versions: result.from.versions,
    figures: Object.fromEntries(result.baselines.map(({ name, now }) => [name, now])),
  };
  writeEntries(file, [...others, entry].slice(-KEPT_RUNS));
}

/** Each figure of what runs now beside the earlier ones: medians of rounds, and shares of calls that failed. */
export function overTime(
  { metrics }: Pick<Comparison, 'metrics'>,
  earlier: readonly Record<string, number>[] | undefined,
): BaselineFigure[] {
  if (earlier === undefined) return [];
  return metrics.flatMap(({ metric: { name }, from }) => {
    if (from === null) return [];
    const known = earlier.flatMap((figures) => figures[name] ?? []);
    const none = { median: null, least: null, most: null };
    const seen = known.length === 0 ? none : { median: median(known), least: min(known), most: max(known) };
    return [{ name, now: from, gates: known.length, ...seen }];
  });
}

/** What is far above everything that was seen before: a warning, since another machine does that as well. */
export function baselineWarnings(baselines: readonly BaselineFigure[]): string[] {
  return baselines.flatMap(({ name, now, gates, most }) => {
    if (gates < LEAST_GATES || most === null || most <= 0 || now <= most * (1 + UNUSUAL)) return [];
    const { label, text } = figureWords(name, now);
    return [
      `${label} of what runs now is ${text}, ${percent(now / most - 1, 0)} above the highest of ${gates} earlier gates: the machine, or the mesh, is not what it was.`,
    ];
  });
}
