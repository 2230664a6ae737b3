import { seededRandom } from '../../lib/run/shuffle.ts';

/** What dies, freezes or fills up at a random moment of a fault's life. */
export const BLOWS = [
  'kill -9 of the process',
  'kill -9 of the process and its parent',
  'freeze of the process past the deadline',
  'freeze of the engine',
  'freeze of the API server',
  'full disk',
] as const;
export type Blow = (typeof BLOWS)[number];

/** One fault, and what happens to its maker, when. */
export interface Point {
  number: number;
  /** A name of a case. */
  fault: string;
  blow: Blow;
  /** Milliseconds from when the fault was meant: arming, injection, proof, hold and revert all lie in its range. */
  atMs: number;
}

/** From the intent until the revert is over, as a rule. */
const LIFE_MS = 9000;

/** So many points by seed, in batches that run at the same time; a batch has a fault of each name once at most. */
export function batchesOf(
  faults: readonly string[],
  { points, seed, atOnce }: { points: number; seed: number; atOnce: number },
): Point[][] {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const batches: Point[][] = [];
  for (let number = 1; number <= points; ) {
    const names = new Set(faults);
    const batch: Point[] = [];
    while (batch.length < Math.min(atOnce, faults.length) && number <= points) {
      const fault = pick([...names]);
      names.delete(fault);
      batch.push({ number, fault, blow: pick(BLOWS), atMs: Math.round(random() * LIFE_MS) });
      number += 1;
    }
    batches.push(batch);
  }
  return batches;
}
