/** API requests of one run, or of one cluster's share of it. */
export interface Measured {
  clusters: number;
  calls: number;
}

/**
 * How steeply requests grow with the number of clusters between two runs: n in `calls ~ clusters^n`. 1 is "each cluster
 * costs the same whatever the others are", 0 "it costs nothing more"; a check that asks once for each directed link has
 * ln(k(k−1) / (j(j−1))) / ln(k / j), which is 2.7 from 2 to 3 clusters.
 */
export function growthExponent(small: Measured, large: Measured): number {
  return Math.log(large.calls / small.calls) / Math.log(large.clusters / small.clusters);
}

/** The exponent that one request for every directed link would show. */
export function linkExponent(small: number, large: number): number {
  const links = (clusters: number) => clusters * (clusters - 1);
  return Math.log(links(large) / links(small)) / Math.log(large / small);
}
