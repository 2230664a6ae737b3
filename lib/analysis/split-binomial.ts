/**
 * Probabilities of 0 … n successes in n independent trials that succeed with probability p each, in logarithms along the
 * way, so that thousands of trials lose nothing.
 */
export function binomialProbabilities(n: number, p: number): number[] {
  const odds = Math.log(p) - Math.log1p(-p);
  let log = n * Math.log1p(-p);
  return Array.from({ length: n + 1 }, (_, k) => {
    if (k > 0) log += Math.log((n - k + 1) / k) + odds;
    return Math.exp(log);
  });
}

/** Successes that an exact two-sided test accepts, both inclusive: each tail outside has at most α / 2. */
export function acceptedSuccesses(n: number, p: number, alpha: number): { from: number; to: number } {
  const probabilities = binomialProbabilities(n, p);
  let from = 0;
  for (let tail = 0; from <= n; from++) {
    tail += probabilities[from] ?? 0;
    if (tail > alpha / 2) break;
  }
  let to = n;
  for (let tail = 0; to >= 0; to--) {
    tail += probabilities[to] ?? 0;
    if (tail > alpha / 2) break;
  }
  return { from, to };
}

/** Exact two-sided p-value: twice the smaller tail that includes what was seen (Clopper and Pearson 1934), 1 at most. */
export function binomialPValue(successes: number, n: number, p: number): number {
  const probabilities = binomialProbabilities(n, p);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const lower = sum(probabilities.slice(0, successes + 1));
  const upper = sum(probabilities.slice(successes));
  return Math.min(1, 2 * Math.min(lower, upper));
}
