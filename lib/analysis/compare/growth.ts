import type { ComparisonVerdict } from '../../model/comparison.ts';
import type { MemoryGrowth, RoleGrowth } from '../../model/cost.ts';

/** What one role's memory came to on both sides. */
export interface GrowthComparison extends Pick<RoleGrowth, 'role' | 'cluster' | 'of'> {
  from: MemoryGrowth | undefined;
  to: MemoryGrowth | undefined;
  verdict: ComparisonVerdict;
  words: string;
}

/** Bytes per call below which growth need only be ruled out; what is shown to grow by less fails all the same. */
const LIMIT = 1024;

/**
 * Whether a candidate's memory grows with calls where that of what runs now does not. Fails when growth beyond what the current
 * side may have was shown; passes when growth of `limit` bytes a call (or of what the current side may have) was ruled out; and is
 * inconclusive between. Roles that neither side could be read for are left out.
 */
export function compareGrowth(
  from: readonly RoleGrowth[],
  to: readonly RoleGrowth[],
  limit = LIMIT,
): GrowthComparison[] {
  const keys = new Map([...from, ...to].map((one) => [`${one.role} ${one.cluster} ${one.of}`, one] as const));
  return [...keys.values()].map(({ role, cluster, of }) => {
    const find = (all: readonly RoleGrowth[]) =>
      all.find((one) => one.role === role && one.cluster === cluster && one.of === of)?.growth;
    return {
      role,
      cluster,
      of,
      ...judged(`${of} memory of the ${role} in ${cluster}`, find(from), find(to), limit),
    };
  });
}

function judged(
  what: string,
  from: MemoryGrowth | undefined,
  to: MemoryGrowth | undefined,
  limit: number,
): Omit<GrowthComparison, 'role' | 'cluster' | 'of'> {
  const sides = { from, to };
  if (!to || !from) {
    const side = to ? 'what runs now' : 'the candidate';
    return { ...sides, verdict: 'inconclusive', words: `${what}: too few readings of ${side}` };
  }
  const range = `${bytes(to.lower)} … ${bytes(to.upper)} B a call over ${Math.round(to.calls)} calls`;
  const before = `${bytes(from.lower)} … ${bytes(from.upper)}`;
  if (to.state === 'grows' && to.lower > from.upper)
    return {
      ...sides,
      verdict: 'fail',
      words: `${what} grows by ${bytes(to.slope)} B a call (${range}; before ${before})`,
    };
  if (to.upper <= Math.max(limit, from.upper))
    return { ...sides, verdict: 'pass', words: `${what}: ${range} (before ${before})` };
  return {
    ...sides,
    verdict: 'inconclusive',
    words: `${what}: growth is not ruled out, ${range} (before ${before}), limit ${limit}`,
  };
}

function bytes(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value)).replace('-', '−') : value < 0 ? '−∞' : '∞';
}
