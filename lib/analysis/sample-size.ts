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
 * Calls that must all succeed to claim "fewer than `ratio` fail" with confidence 1 − `alpha`: n ≥ ln α / ln(1 − r), the
 * Clopper–Pearson bound for no failures (at α = 5 % the "rule of three", Hanley and Lippman-Hand, JAMA 1983).
 */
export function errorFreeCallsFor(question: { ratio: number; alpha?: number }): number {
  const { ratio, alpha = 0.05 } = question;
  if (!(ratio > 0 && ratio < 1)) return Number.POSITIVE_INFINITY;
  return Math.ceil(Math.log(alpha) / Math.log1p(-ratio));
}
