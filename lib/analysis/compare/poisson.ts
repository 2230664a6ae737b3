import { gammaln } from 'simple-statistics';

/**
 * One-sided limits of the mean of a Poisson count, each missed with probability `level` at most (Garwood, Biometrika 1936): the
 * means under which so few, or so many, are just that improbable. With no event they are 0 and −ln(level), three at 5 %.
 */
export function poissonLimits(count: number, level: number): { low: number; high: number } {
  const reach = 10 * Math.sqrt(count + 1) - 10 * Math.log(level);
  return {
    low: count === 0 ? 0 : solve(0, count, (mean) => 1 - atMost(count - 1, mean) < level),
    high: solve(count, count + reach, (mean) => atMost(count, mean) > level),
  };
}

/** P(X ≤ count) for a Poisson variable: the terms of the shorter tail, from the largest on until they no longer matter. */
function atMost(count: number, mean: number): number {
  const termAt = (k: number) => Math.exp(k * Math.log(mean) - mean - gammaln(k + 1));
  if (mean > count) return sumOf(termAt(count), count, (k) => k / mean, -1);
  return 1 - sumOf(termAt(count + 1), count + 1, (k) => mean / (k + 1), 1);
}

function sumOf(first: number, from: number, ratio: (k: number) => number, step: number): number {
  let sum = 0;
  for (let k = from, term = first; k >= 0 && term > sum * 1e-15; k += step) {
    sum += term;
    term *= ratio(k);
  }
  return sum;
}

/** Where `holds` turns from true to false. */
function solve(from: number, to: number, holds: (value: number) => boolean): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return high;
}
