import type { LatencyBudget } from '../model/environment.ts';

/** What is looked at of a load: quantiles in milliseconds, and what was sent of it. */
export interface LoadFigures {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  errorRatio: number;
  count: number;
  dropped: number;
}

/** How late an agent was that had nothing to do meanwhile, milliseconds. */
export interface WitnessLateness {
  p99Ms: number;
  maxMs: number;
}

/** A machine that lets an idle agent wait longer than this share of the budget cannot say that the mesh is slow. */
const LATENESS_SHARE = 0.1;

/**
 * Why a load of `asked` calls says nothing of the mesh; undefined when it does. What is over its budget by less than the
 * longest time for which the machine held up an idle agent may be that one moment, which a hundred calls a second meet.
 * A pass is never in doubt for lateness, since a busy machine only slows down; nor is a ratio of errors.
 */
export function doubtOf(
  load: LoadFigures,
  budget: LatencyBudget,
  { asked, lateness: { p99Ms, maxMs } }: { asked: number; lateness: WitnessLateness },
): string | undefined {
  const { count, dropped } = load;
  if (dropped > 0 || count < asked * 0.99)
    return `k6 sent ${count} of ${asked} calls and dropped ${dropped}: the load was not what was asked for`;
  const over = (['p50Ms', 'p95Ms', 'p99Ms'] as const).filter((name) => load[name] > budget[name]);
  if (load.errorRatio > budget.errorRatio || over.length === 0) return undefined;
  const busy =
    p99Ms > LATENESS_SHARE * budget.p99Ms || over.every((name) => load[name] - maxMs <= budget[name]);
  if (!busy) return undefined;
  return `the machine was too busy to tell: an idle agent was ${p99Ms.toFixed(0)} ms late (p99; at worst ${maxMs.toFixed(0)} ms)`;
}
