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

/** What a run asked of API servers, by test and by kind (`list pods`), over all its clusters together. */
export interface RunCalls {
  clusters: number;
  tests: Record<string, Record<string, number>>;
}

/** How the requests for one thing grew; the exponent is infinite where there were none before. */
export interface Growth {
  name: string;
  small: number;
  large: number;
  exponent: number;
}

/** Growth of all requests, of those of each test and of those of each kind; each part steepest first. */
export interface GrowthTable {
  total: Growth;
  tests: (Growth & { kinds: Growth[] })[];
  kinds: Growth[];
  /** Tests that only one of the runs has: they are in no figure. */
  leftOut: string[];
}

/** How requests grew from one run to another with more clusters, over the tests that both have. */
export function growthTable(small: RunCalls, large: RunCalls): GrowthTable {
  const growth = (name: string, before: number, now: number): Growth => {
    const [less, more] = [
      { clusters: small.clusters, calls: before },
      { clusters: large.clusters, calls: now },
    ];
    // Nothing stays nothing: 0 / 0 has no logarithm.
    const exponent = before === now ? 0 : growthExponent(less, more);
    return { name, small: before, large: now, exponent };
  };
  const names = Object.keys({ ...small.tests, ...large.tests });
  const both = names.filter((name) => small.tests[name] && large.tests[name]);
  const byKind = (tests: readonly string[]) => {
    const [before, now] = [sumKinds(small, tests), sumKinds(large, tests)];
    const kinds = Object.keys({ ...before, ...now });
    return steepestFirst(kinds.map((kind) => growth(kind, before[kind] ?? 0, now[kind] ?? 0)));
  };
  const over = (name: string, kinds: readonly Growth[]) =>
    growth(
      name,
      kinds.reduce((sum, kind) => sum + kind.small, 0),
      kinds.reduce((sum, kind) => sum + kind.large, 0),
    );
  const kinds = byKind(both);
  const tests = both.map((name) => {
    const own = byKind([name]);
    return { ...over(name, own), kinds: own };
  });
  return {
    total: over('all', kinds),
    tests: steepestFirst(tests),
    kinds,
    leftOut: names.filter((name) => !both.includes(name)),
  };
}

function sumKinds(run: RunCalls, tests: readonly string[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const test of tests) {
    for (const [kind, calls] of Object.entries(run.tests[test] ?? {})) sum[kind] = (sum[kind] ?? 0) + calls;
  }
  return sum;
}

function steepestFirst<T extends Growth>(rows: readonly T[]): T[] {
  return rows.toSorted((a, b) => (a.exponent === b.exponent ? b.large - a.large : b.exponent - a.exponent));
}
