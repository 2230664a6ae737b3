import { quantileSorted } from 'simple-statistics';

/** Exact quantiles (0 ≤ q ≤ 1) of the same values, in the order asked; undefined without values. */
export function quantiles(values: readonly number[], qs: readonly number[]): (number | undefined)[] {
  if (values.length === 0) return qs.map(() => undefined);
  const sorted = Float64Array.from(values).sort();
  return qs.map((q) => quantileSorted(sorted as unknown as number[], q));
}
