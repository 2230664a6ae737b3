import type { Conditions, Metric, Round, SideOfRound } from '../../model/comparison.ts';

/** How a made-up metric behaves on both sides. */
export interface SyntheticMetric {
  metric: Metric;
  /** The current version's figure, or its error ratio. */
  base: number;
  /** The candidate's is so many times that. */
  ratio?: number;
  /** The candidate's error ratio, for errors. */
  to?: number;
  /** Standard deviation of ln(to / from) over the rounds. */
  sd?: number;
  /** Calls of one side in one round, for errors. */
  calls?: number;
}

const CALM: Conditions = { latenessP99Ms: 1, stolenShare: 0 };

/**
 * Rounds of two versions that never were. What disturbs a whole round (the machine is slow today) is three times as strong as what
 * tells its sides apart, which is normal in logarithms; errors are binomial.
 */
export function syntheticRounds(
  metrics: readonly SyntheticMetric[],
  { count, random }: { count: number; random: () => number },
): Round[] {
  return Array.from({ length: count }, (_, index): Round => {
    const from: SideOfRound = { conditions: CALM, figures: {}, calls: {} };
    const to: SideOfRound = { conditions: CALM, figures: {}, calls: {} };
    for (const { metric, base, ratio = 1, to: errors = base, sd = 0, calls = 2000 } of metrics) {
      if (metric.kind === 'errors') {
        from.calls[metric.name] = { calls, failed: binomial(calls, base, random) };
        to.calls[metric.name] = { calls, failed: binomial(calls, errors, random) };
        continue;
      }
      const shared = 3 * sd * normal(random);
      const own = () => (sd / Math.SQRT2) * normal(random);
      from.figures[metric.name] = base * Math.exp(shared + own());
      to.figures[metric.name] = base * ratio * Math.exp(shared + own());
    }
    return { number: index + 1, from, to };
  });
}

/** Box and Muller, 1958. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** By the gaps between events, which are geometric: quick where few calls fail. */
function binomial(calls: number, probability: number, random: () => number): number {
  if (probability <= 0) return 0;
  let failed = 0;
  for (let at = 0; ; failed++) {
    at += 1 + Math.floor(Math.log(1 - random()) / Math.log1p(-probability));
    if (at > calls) return failed;
  }
}

/** Research note chaos.md §6: margin, SD of the log ratio, rounds, and the power at a true ratio of 1; 4,000 simulations each. */
export const LISTED_POWER = [
  [0.1, 0.05, 6, 0.99],
  [0.1, 0.1, 10, 0.87],
  [0.1, 0.15, 20, 0.86],
  [0.1, 0.2, 30, 0.82],
  [0.05, 0.05, 10, 0.88],
  [0.05, 0.1, 30, 0.83],
  [0.05, 0.15, 40, 0.66],
] as const;
