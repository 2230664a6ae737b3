/** Requests to API servers: by cluster, then by kind (`list pods`). */
export type ApiCallCounts = Record<string, Record<string, number>>;

/** All requests of a cluster, or of all of them when none is named. */
export function totalOf(counts: ApiCallCounts, cluster?: string): number {
  const chosen = cluster === undefined ? Object.values(counts) : [counts[cluster] ?? {}];
  return chosen.flatMap((kinds) => Object.values(kinds)).reduce((sum, each) => sum + each, 0);
}
