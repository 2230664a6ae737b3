import type { Observation } from '../model/observation.ts';
import { failureWords, groups } from './connectivity.ts';
import { isLossy, lostOf } from './losses.ts';

/** Calls that carried a body of one size both ways. */
export interface BodyRow {
  from: string;
  to: string;
  protocol: string;
  bytes: number;
  observations: readonly Observation[];
}

/**
 * What is wrong with the sizes that got through, in words. A size fails when more than one of its calls failed (one may, by
 * chance: see losses.ts), or when a single body came changed.
 */
export function bodyFindings(rows: readonly BodyRow[]): string[] {
  return groups(rows, ({ from, to, protocol }) => `${protocol} ${from} → ${to}`).flatMap(([path, group]) => {
    const corrupt = group.find(({ observations }) =>
      observations.some(({ outcome }) => outcome === 'corrupt'),
    );
    if (corrupt) return [`${path}: ${failureWords(corrupt.observations)}`];
    const sorted = group.toSorted((a, b) => a.bytes - b.bytes);
    const failed = sorted.filter(isLossy);
    const [first] = failed;
    if (!first) return [];
    const passed = sorted.filter((row) => !failed.includes(row));
    const why = failureWords(first.observations);
    if (failed.some((row) => lostOf(row) < row.observations.length)) {
      const lost = failed.map((row) => `${lostOf(row)} of ${row.observations.length} of ${size(row.bytes)}`);
      return [`${path}: bodies are lost now and then, ${lost.join(', ')}; ${why}`];
    }
    if (passed.length === 0) return [`${path}: no body of any size gets through; ${why}`];
    const largest = passed.at(-1)?.bytes ?? 0;
    const limit =
      largest < first.bytes
        ? `bodies up to ${size(largest)} pass, ${size(first.bytes)} and more do not: a size limit on the way`
        : `bodies of ${failed.map(({ bytes }) => size(bytes)).join(', ')} do not pass`;
    return [`${path}: ${limit}; ${why}`];
  });
}

/** A number of bytes as people write it: `64 kB`, `10 MB`. */
export function size(bytes: number): string {
  if (bytes >= 1_000_000) return `${Number((bytes / 1_000_000).toFixed(1))} MB`;
  return bytes >= 1000 ? `${Number((bytes / 1000).toFixed(1))} kB` : `${bytes} B`;
}
