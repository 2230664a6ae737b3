import type { ComparisonPlan, Side } from '../model/comparison.ts';
import { seededRandom } from '../run/shuffle.ts';

/** One measurement: which side runs, for which round. */
export interface Slot {
  round: number;
  side: Side;
}

/**
 * Which side runs when, for every round that may be made; the same for the same seed. Interleaved: rounds in pairs, of which the
 * second is in the opposite order (ABBA), so that a steady drift touches both sides alike; which side begins a pair is drawn, so
 * that nothing periodic in the machine can keep step with it. Before/after: all of what runs now, then all of the candidate.
 */
export function scheduleOf({
  design,
  seed,
  mostRounds,
}: Pick<ComparisonPlan, 'design' | 'seed' | 'mostRounds'>): Slot[] {
  const rounds = Array.from({ length: mostRounds }, (_, index) => index + 1);
  if (design === 'before-after') {
    return (['from', 'to'] as const).flatMap((side) => rounds.map((round) => ({ round, side })));
  }
  const random = seededRandom(seed);
  const pairs = Array.from({ length: Math.ceil(mostRounds / 2) }, (): Side[] =>
    random() < 0.5 ? ['from', 'to', 'to', 'from'] : ['to', 'from', 'from', 'to'],
  );
  const sides = pairs.flat().slice(0, 2 * mostRounds);
  return sides.map((side, index) => ({ round: Math.floor(index / 2) + 1, side }));
}
