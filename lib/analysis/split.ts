import { binomialPValue } from './split-binomial.ts';

/** One cluster's share of the calls, beside its weight. */
export interface ShareSeen {
  cluster: string;
  /** 0..1. */
  weight: number;
  answered: number;
  /** 0..1. */
  share: number;
  /** Probability of a share this far off or farther, were the weight true. */
  pValue: number;
}

/**
 * Judges answers by cluster against weights in percent, with an exact binomial test for each cluster: a proxy draws the
 * cluster of each request at random, independently of the others. With more than two clusters each test gets its part of
 * α (Bonferroni); with two they are one and the same test. What answers without a weight is off in any case.
 */
export function judgeSplit({
  weights,
  answers,
  alpha,
}: {
  weights: Readonly<Record<string, number>>;
  answers: Readonly<Record<string, number>>;
  alpha: number;
}): { shares: ShareSeen[]; off: ShareSeen[]; calls: number } {
  const clusters = [...new Set([...Object.keys(weights), ...Object.keys(answers)])];
  const calls = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const shares = clusters.map((cluster) => {
    const answered = answers[cluster] ?? 0;
    const weight = (weights[cluster] ?? 0) / total;
    return {
      cluster,
      weight,
      answered,
      share: calls === 0 ? 0 : answered / calls,
      pValue: pValue(answered, calls, weight),
    };
  });
  const limit = alpha / testsOf(clusters.length);
  return { shares, off: shares.filter((one) => one.pValue < limit), calls };
}

/** Independent tests that so many clusters come to. */
export function testsOf(clusters: number): number {
  return clusters <= 2 ? 1 : clusters;
}

function pValue(answered: number, calls: number, weight: number): number {
  if (weight > 0 && weight < 1) return binomialPValue(answered, calls, weight);
  return answered === (weight === 0 ? 0 : calls) ? 1 : 0;
}
