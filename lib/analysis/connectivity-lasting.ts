import type { Observation } from '../model/observation.ts';
import { failureWords } from './connectivity.ts';
import { isLossy } from './losses.ts';

/** Connections of one kind on one path that were to last. */
interface LastingRow {
  from: string;
  to: string;
  /** `gRPC stream`, `idle TCP connection`. */
  kind: string;
  observations: readonly Observation[];
}

/** Ends within this of each other (share of the mean) come from a clock and not from chance. */
const SAME_TIME = 0.15;

/**
 * Which connections did not last, in words. A row fails when more than one of its connections ended early (one may, by
 * chance: see losses.ts). When they all lived equally long, a time limit is named.
 */
export function lastingFindings(rows: readonly LastingRow[]): string[] {
  return rows.filter(isLossy).flatMap(({ from, to, kind, observations }) => {
    const ended = observations.filter(({ outcome }) => outcome !== 'ok');
    const lives = ended.map(({ sentAt, endedAt }) => (endedAt - sentAt) / 1000);
    const mean = lives.reduce((sum, one) => sum + one, 0) / lives.length;
    const alike = lives.every((one) => Math.abs(one - mean) <= SAME_TIME * mean);
    const how = alike
      ? `after ${mean.toFixed(1)} s each, as if by a time limit`
      : `after ${lives.map((one) => `${one.toFixed(1)} s`).join(', ')}`;
    return [
      `${from} → ${to}: ${ended.length} of ${observations.length} ${kind}s were lost ${how}; ${failureWords(ended)}`,
    ];
  });
}
