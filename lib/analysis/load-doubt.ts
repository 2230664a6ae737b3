import type { LoadLimits } from '../model/load.ts';
import type { LoadBreach } from './load-budget.ts';

/** How much of a load was sent. */
export interface SentLoad {
  sent: number;
  dropped: number;
}

/** How late an agent was that had nothing to do meanwhile, milliseconds. */
export interface WitnessLateness {
  p99Ms: number;
  maxMs: number;
}

/** A machine that lets an idle agent wait longer than this share of the widest limit cannot say that the mesh is slow. */
const LATENESS_SHARE = 0.1;

/**
 * Why a load of `asked` calls says nothing of the mesh; undefined when it does. What is over its budget by less than the
 * longest time for which the machine held up an idle agent may be that one moment, which a hundred calls a second meet.
 * A pass is never in doubt for lateness, since a busy machine only slows down; nor is a ratio of errors.
 */
export function doubtOf(
  { sent, dropped }: SentLoad,
  breaches: readonly LoadBreach[],
  {
    asked,
    limits = {},
    lateness: { p99Ms, maxMs },
  }: { asked: number; limits?: LoadLimits; lateness: WitnessLateness },
): string | undefined {
  if (dropped > 0 || sent < asked * 0.99)
    return `k6 sent ${sent} of ${asked} calls and dropped ${dropped}: the load was not what was asked for`;
  const times = breaches.filter(({ limit }) => limit.endsWith('Ms'));
  if (times.length < breaches.length || times.length === 0) return undefined;
  const { p50Ms = 0, p95Ms = 0, p99Ms: tailMs = 0 } = limits;
  const widest = Math.max(p50Ms, p95Ms, tailMs, ...times.map(({ allowed }) => allowed));
  const busy = p99Ms > LATENESS_SHARE * widest || times.every(({ seen, allowed }) => seen - maxMs <= allowed);
  if (!busy) return undefined;
  return `the machine was too busy to tell: an idle agent was ${p99Ms.toFixed(0)} ms late (p99; at worst ${maxMs.toFixed(0)} ms)`;
}
