import type { LoadLimits, RelativeLimits } from '../model/load.ts';

/** What is judged of a load: milliseconds (infinite where nothing was measured), shares, calls a second. */
export interface LoadFigures {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  maxMs: number;
  errorRatio: number;
  perSecond: number;
  connect: { p95Ms: number };
  tls: { p95Ms: number };
}

/** A limit that was not kept. */
export interface LoadBreach {
  limit: keyof LoadLimits;
  seen: number;
  /** What would have been allowed, in the unit of the limit. */
  allowed: number;
  /** `p99Ms is 480, budget 100`. */
  words: string;
}

const FIGURES: Record<keyof LoadLimits, (load: LoadFigures) => number> = {
  p50Ms: (load) => load.p50Ms,
  p95Ms: (load) => load.p95Ms,
  p99Ms: (load) => load.p99Ms,
  maxMs: (load) => load.maxMs,
  errorRatio: (load) => load.errorRatio,
  perSecond: (load) => load.perSecond,
  connectMs: (load) => load.connect.p95Ms,
  tlsHandshakeMs: (load) => load.tls.p95Ms,
};

/** Limits that a multiple of the baseline stands for. */
const MULTIPLES = { p50: 'p50Ms', p95: 'p95Ms', p99: 'p99Ms', connect: 'connectMs' } as const;

/** The limits that a load breaks; throughput is a least value, all others are most values. Pure. */
export function breachesOf(load: LoadFigures, limits: LoadLimits): LoadBreach[] {
  return limitsIn(limits).flatMap(([limit, allowed]) => {
    const seen = FIGURES[limit](load);
    const kept = limit === 'perSecond' ? seen >= allowed : seen <= allowed;
    return kept
      ? []
      : [{ limit, seen, allowed, words: `${limit} is ${figure(seen)}, budget ${figure(allowed)}` }];
  });
}

/**
 * The multiples of a baseline that a load breaks: both were measured in turns, so a slow machine slows both. What is no
 * more than the slack above the baseline is within it. A baseline without successful calls allows nothing. Pure.
 */
export function relativeBreaches(
  load: LoadFigures,
  baseline: LoadFigures,
  { to, slackMs, ...multiples }: RelativeLimits,
): LoadBreach[] {
  return Object.entries(MULTIPLES).flatMap(([name, limit]) => {
    const multiple = multiples[name as keyof typeof MULTIPLES];
    if (multiple === undefined) return [];
    const base = FIGURES[limit](baseline);
    const seen = FIGURES[limit](load);
    const allowed = Number.isFinite(base) ? Math.max(multiple * base, base + slackMs) : 0;
    if (seen <= allowed) return [];
    const words = `${limit} is ${figure(seen)}, ${figure(seen / base)} times that of ${to} (${figure(base)}), budget ${multiple} times`;
    return [{ limit, seen, allowed, words }];
  });
}

function limitsIn(limits: LoadLimits): [keyof LoadLimits, number][] {
  return Object.entries(limits).filter(([, allowed]) => allowed !== undefined) as [
    keyof LoadLimits,
    number,
  ][];
}

/** Four significant digits: what a person reads, and enough to see by how much. */
function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
