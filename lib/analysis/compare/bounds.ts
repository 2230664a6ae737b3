import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { CallCount, Side } from '../../model/comparison.ts';
import { poissonLimits } from './poisson.ts';
import { studentTQuantile } from './student-t.ts';

/** What the effects of single rounds say of their mean: one-sided bounds, each missed with probability `level`. */
export interface Bounds {
  mean: number;
  sd: number;
  lower: (level: number) => number;
  upper: (level: number) => number;
}

/** Bounds of a mean by Student's t; the effects are independent, and rounds are, where requests are not. */
export function meanBounds(effects: readonly number[]): Bounds {
  const n = effects.length;
  const centre = n === 0 ? Number.NaN : mean(effects);
  const sd = n < 2 ? Number.NaN : sampleStandardDeviation(effects);
  // No spread at all in a single round is no knowledge, too.
  const reach = (level: number) =>
    n < 2 ? Number.POSITIVE_INFINITY : (studentTQuantile(1 - level, n - 1) * sd) / Math.sqrt(n);
  return {
    mean: centre,
    sd,
    lower: (level) => (n === 0 ? Number.NEGATIVE_INFINITY : centre - reach(level)),
    upper: (level) => (n === 0 ? Number.POSITIVE_INFINITY : centre + reach(level)),
  };
}

/**
 * Bounds of a difference of error ratios: those of the rounds (Student's t), but never narrower than the counts of all calls
 * allow. A few errors come in so few rounds that t takes them for no spread, and none at all would be a bound of zero; the
 * counts then say three in n (both without errors), or what MOVER makes of Garwood's limits of both (Zou and Donner, Statistics
 * in Medicine 2008). Rounds widen it where errors come in bursts.
 */
export function differenceBounds(
  effects: readonly number[],
  counts: Readonly<Record<Side, CallCount>>,
): Bounds {
  const rounds = meanBounds(effects);
  const ratio = ({ calls, failed }: CallCount) => failed / calls;
  const difference = ratio(counts.to) - ratio(counts.from);
  const limits = (side: Side, level: number) => {
    const { calls, failed } = counts[side];
    const { low, high } = poissonLimits(failed, level);
    return { below: (failed - low) / calls, above: (high - failed) / calls };
  };
  return {
    ...rounds,
    lower: (level) =>
      Math.min(
        rounds.lower(level),
        difference - Math.hypot(limits('to', level).below, limits('from', level).above),
      ),
    upper: (level) =>
      Math.max(
        rounds.upper(level),
        difference + Math.hypot(limits('to', level).above, limits('from', level).below),
      ),
  };
}
