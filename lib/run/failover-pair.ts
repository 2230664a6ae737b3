/**
 * Where the caller is, and the place that is lost, in a failover: the last of the clusters that call, and the first other
 * one. Undefined where there is no other.
 */
export function failoverPair(
  callers: readonly string[],
  clusters: readonly string[],
): { here: string; there: string } | undefined {
  const here = clusters.findLast((name) => callers.includes(name));
  const there = clusters.find((name) => name !== here);
  return here === undefined || there === undefined ? undefined : { here, there };
}
