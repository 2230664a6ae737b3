import type { Observation } from '../model/observation.ts';
import { failuresAllowed } from './sample-size.ts';

/** A few calls of one kind on one path. */
export interface Sampled {
  observations: readonly Observation[];
}

/** A second look is of at least so many calls, and of no more than these. */
const AGAIN = { least: 3, most: 10 };

/** How many of these calls failed. */
export function lostOf({ observations }: Sampled): number {
  return observations.filter(({ outcome }) => outcome !== 'ok').length;
}

/** True for a sample that chance does not explain: all of it was lost, or more than one call. */
export function isLossy(row: Sampled): boolean {
  const lost = lostOf(row);
  return lost > 1 || lost === row.observations.length;
}

/** True for a sample with one lost call, which says nothing before there are more calls. */
export function isDoubtful(row: Sampled): boolean {
  return lostOf(row) === 1 && !isLossy(row);
}

/**
 * Calls of a second look at a sample of `calls` that lost one, none of which may be lost: as many as a healthy path, which
 * loses `ratio` of its calls, loses one of in both looks in no more than `falseAlarm` of all cases.
 */
export function callsAgain(question: { calls: number; ratio: number; falseAlarm: number }): number {
  const { calls, ratio, falseAlarm } = question;
  const lostFirst = 1 - (1 - ratio) ** calls;
  if (!(ratio > 0) || falseAlarm >= lostFirst) return AGAIN.most;
  const count = Math.floor(Math.log1p(-falseAlarm / lostFirst) / Math.log1p(-ratio));
  return Math.min(AGAIN.most, Math.max(AGAIN.least, count));
}

/** More single losses over all samples than a healthy mesh shows, in words; empty for no more. */
export function scatteredLosses(rows: readonly Sampled[], ratio: number): string[] {
  const calls = rows.reduce((sum, { observations }) => sum + observations.length, 0);
  const lost = rows.reduce((sum, row) => sum + lostOf(row), 0);
  const most = failuresAllowed({ calls, ratio });
  return lost > most ? [`${lost} of ${calls} calls were lost here and there, where ${most} may be`] : [];
}
