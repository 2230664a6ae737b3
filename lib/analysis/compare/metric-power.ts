import { errorFreeCallsFor } from '../sample-size.ts';
import { passPower, roundsFor } from './power.ts';

/** What decides how many rounds a metric takes. */
export interface Precision {
  /** The margin, in units of the effect. */
  limit: number;
  /** Of the effects of single rounds. */
  sd: number;
  /** Of one side in one round; infinite where calls are not counted. */
  callsPerRound: number;
  level: number;
  /** What the candidate is held against: it passes where it does beside each; 1, or 2 in a before/after. */
  baselines: number;
}

/** Probability that an identical candidate passes a metric with so many rounds. */
export function metricPower(
  { limit, sd, callsPerRound, level, baselines }: Precision,
  rounds: number,
): number {
  if (rounds < leastRounds({ limit, callsPerRound, level })) return 0;
  // Boole's inequality: whatever their correlation is, it is no less.
  return Math.max(0, 1 - baselines * (1 - passPower({ distance: limit, sd, level }, rounds)));
}

/** Rounds after which an identical candidate passes a metric with probability `power`. */
export function metricRounds(
  { limit, sd, callsPerRound, level, baselines }: Precision,
  power: number,
): number {
  return Math.max(
    leastRounds({ limit, callsPerRound, level }),
    roundsFor({ distance: limit, sd, level }, 1 - (1 - power) / baselines),
  );
}

/** Where no call fails, so many must not before "fewer fail than the margin" can be said. */
function leastRounds({ limit, callsPerRound, level }: Omit<Precision, 'sd' | 'baselines'>): number {
  if (callsPerRound === Number.POSITIVE_INFINITY) return 0;
  return Math.ceil(errorFreeCallsFor({ ratio: limit, alpha: level }) / callsPerRound);
}
