/** Requests to API servers: by cluster, then by kind (`list pods`). */
export type ApiCallCounts = Record<string, Record<string, number>>;

/** Name of what belongs to no cluster that the run knew when it began: a guest, for example. */
export const ANOTHER_CLUSTER = 'another cluster';

/** All requests of a cluster, or of all of them when none is named. */
export function totalOf(counts: ApiCallCounts, cluster?: string): number {
  const chosen = cluster === undefined ? Object.values(counts) : [counts[cluster] ?? {}];
  return chosen.flatMap((kinds) => Object.values(kinds)).reduce((sum, each) => sum + each, 0);
}

/** What was asked between two readings of a counter; kinds that were not asked for are left out. */
export function callsBetween(before: ApiCallCounts, now: ApiCallCounts): ApiCallCounts {
  const clusters = Object.entries(now).map(([cluster, kinds]) => {
    const more = Object.entries(kinds).map(
      ([kind, n]) => [kind, n - (before[cluster]?.[kind] ?? 0)] as const,
    );
    return [cluster, Object.fromEntries(more.filter(([, n]) => n > 0))] as const;
  });
  return Object.fromEntries(clusters.filter(([, kinds]) => Object.keys(kinds).length > 0));
}
