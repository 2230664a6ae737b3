import { acceptedSuccesses, binomialProbabilities } from './split-binomial.ts';

/** DESIGN.md §2: a check raises a false alarm in one of a thousand runs at most. */
const FALSE_ALARM = 0.001;

/**
 * Calls after which every one of `places` has answered at least once, except with probability `missProbability`, when
 * each call goes to a given place with probability `share` or more, independently.
 *
 * A given place is missed by n calls with probability (1 − s)^n, any of k with k·(1 − s)^n at most (Boole's
 * inequality); so n ≥ ln(α / k) / ln(1 − s).
 */
export function callsToSeeEveryPlace(question: {
  places: number;
  share: number;
  missProbability?: number;
}): number {
  const { places, share, missProbability = FALSE_ALARM } = question;
  if (!(share > 0 && share <= 1) || places < 1) return Number.POSITIVE_INFINITY;
  if (share === 1) return 1;
  return Math.ceil(Math.log(missProbability / places) / Math.log1p(-share));
}

/**
 * The least share of calls that each of so many places is assumed to get while all are healthy. Balancing gives each
 * about 1 / places; half of what one place more would leave is the margin for uneven weights and gateways.
 */
export function leastShareOf(places: number): number {
  return places <= 0 ? 0 : 1 / (2 * (places + 1));
}

/**
 * Calls that must all succeed to claim "fewer than `ratio` fail" with confidence 1 − `alpha`: n ≥ ln α / ln(1 − r), the
 * Clopper–Pearson bound for no failures (at α = 5 % the "rule of three", Hanley and Lippman-Hand, JAMA 1983).
 */
export function errorFreeCallsFor(question: { ratio: number; alpha?: number }): number {
  const { ratio, alpha = 0.05 } = question;
  if (!(ratio > 0 && ratio < 1)) return Number.POSITIVE_INFINITY;
  return Math.ceil(Math.log(alpha) / Math.log1p(-ratio));
}

/**
 * The most failures among so many calls that a healthy path may show: the least k with P(X > k) ≤ `falseAlarm` for X
 * binomial with `calls` and `ratio`, the share that may fail by the budget.
 */
export function failuresAllowed(question: { calls: number; ratio: number; falseAlarm?: number }): number {
  const { calls, ratio, falseAlarm = FALSE_ALARM } = question;
  let probability = (1 - ratio) ** calls;
  let tail = 1 - probability;
  let failures = 0;
  while (tail > falseAlarm && failures < calls) {
    probability *= ((calls - failures) / (failures + 1)) * (ratio / (1 - ratio));
    failures++;
    tail -= probability;
  }
  return failures;
}

/**
 * Calls after which an exact two-sided binomial test at level `alpha` tells a place's share from one that is `shift` away,
 * in either direction, with probability `power`. Starts at the normal approximation (Fleiss, Statistical Methods for
 * Rates and Proportions, 1981, §2.2) and goes on until the exact power is there.
 */
export function callsToTellShare(question: {
  share: number;
  shift: number;
  power: number;
  alpha?: number;
}): number {
  const { share, shift, power, alpha = FALSE_ALARM } = question;
  const others = [share - shift, share + shift].filter((other) => other > 0 && other < 1);
  if (!(share > 0 && share < 1 && shift > 0 && power < 1) || others.length === 0) {
    return Number.POSITIVE_INFINITY;
  }
  const spread = (p: number) => Math.sqrt(p * (1 - p));
  // Normal quantiles of α = 0.001 and power 0.9, on the low side: the search begins below what it looks for.
  const least = Math.max(...others.map((other) => ((3 * spread(share) + 1.28 * spread(other)) / shift) ** 2));
  let calls = Math.ceil(least);
  while (others.some((other) => powerOf(calls, share, other, alpha) < power)) calls += 10;
  return calls;
}

/** Probability that the exact test of `share` rejects when the share is `other`. */
function powerOf(calls: number, share: number, other: number, alpha: number): number {
  const { from, to } = acceptedSuccesses(calls, share, alpha);
  const accepted = binomialProbabilities(calls, other).slice(from, to + 1);
  return 1 - accepted.reduce((sum, value) => sum + value, 0);
}
