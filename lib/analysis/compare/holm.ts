/**
 * Which of several hypotheses are rejected at a family-wise error rate of `level` (Holm, Scandinavian Journal of Statistics
 * 1979): those that are rejected at level / k, then those that are rejected at level / (those left), until none is. `rejects`
 * must not reject at a lower level what it does not reject at a higher one; then no p-values are needed.
 */
export function holm<T>(
  hypotheses: readonly T[],
  level: number,
  rejects: (one: T, level: number) => boolean,
): T[] {
  let left = [...hypotheses];
  for (;;) {
    const share = level / left.length;
    const kept = left.filter((one) => !rejects(one, share));
    if (kept.length === left.length || kept.length === 0) {
      return hypotheses.filter((one) => !kept.includes(one));
    }
    left = kept;
  }
}
