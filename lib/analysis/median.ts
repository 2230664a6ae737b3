/** A median, and between which two of the values the true one lies. */
export interface MedianInterval {
  median: number;
  low: number;
  high: number;
  /** With which probability, 0..1; at least what was asked for. */
  confidence: number;
}

/**
 * The median with a distribution-free interval: from the l-th smallest value to the l-th largest, which holds the true median
 * with probability 1 − 2·P(Bin(n, ½) < l) (Conover, Practical Nonparametric Statistics, 3rd ed., §3.2). Undefined where even
 * the whole range holds it less often: with 95 % that takes six values.
 */
export function medianInterval(values: readonly number[], confidence = 0.95): MedianInterval | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  let best: MedianInterval | undefined;
  // P(Bin(n, ½) < l), summed up from l = 1.
  let below = 0;
  let term = 0.5 ** n;
  for (let l = 1; l <= n / 2; l++) {
    below += term;
    term *= (n - l + 1) / l;
    const reached = 1 - 2 * below;
    if (reached < confidence) break;
    const middle = n % 2 === 1 ? at((n - 1) / 2) : (at(n / 2 - 1) + at(n / 2)) / 2;
    best = { median: middle, low: at(l - 1), high: at(n - l), confidence: reached };
  }
  return best;
}
