import type { ComparisonPlan, Side } from '../model/comparison.ts';
import { seededRandom } from '../run/shuffle.ts';

/** One measurement: which side runs, for which round. */
export interface Slot {
  round: number;
  side: Side;
}

/**
 * Which side runs when, for every round of both that may be made; the same for the same seed. Rounds in pairs, of which the
 * second is in the opposite order (ABBA), so that a steady drift touches both sides alike; which side begins a pair is drawn, so
 * that nothing periodic in the machine can keep step with it.
 */
export function scheduleOf({ seed, mostRounds }: Pick<ComparisonPlan, 'seed' | 'mostRounds'>): Slot[] {
  const random = seededRandom(seed);
  const pairs = Array.from({ length: Math.ceil(mostRounds / 2) }, (): Side[] =>
    random() < 0.5 ? ['from', 'to', 'to', 'from'] : ['to', 'from', 'from', 'to'],
  );
  const sides = pairs.flat().slice(0, 2 * mostRounds);
  return sides.map((side, index) => ({ round: Math.floor(index / 2) + 1, side }));
}
