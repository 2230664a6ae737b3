import type { Observation } from '../../model/observation.ts';
import { interner } from './intern.ts';

/** What each call has of its own; everything else is the same for thousands of them. */
type Own = 'sequence' | 'intendedAt' | 'sentAt' | 'endedAt';

/** What the calls of one plan came to. */
export interface Recorder {
  /** Keeps what a call came to; the last word counts. */
  put(observation: Observation): void;
  has(sequence: number): boolean;
  /** Calls of the plan from `from` to before `to`, all of which must be there. */
  read(from: number, to: number): Observation[];
}

/**
 * Keeps so many calls in columns: three times and the number of what they came to, which is kept once for all calls that are
 * alike in it. That is 28 bytes a call, where an object takes 150; an hour at 500 calls a second is 50 MB.
 */
export function createRecorder(count: number): Recorder {
  const intern = interner();
  const [intended, sent, ended] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  /** Position in `kinds` plus one; 0 while the call has not ended. */
  const kindOf = new Uint32Array(count);
  const kinds: Omit<Observation, Own>[] = [];
  const known = new Map<string, number>();
  return {
    put(observation) {
      const { sequence, intendedAt, sentAt, endedAt, ...kind } = intern(observation);
      intended[sequence] = intendedAt;
      sent[sequence] = sentAt;
      ended[sequence] = endedAt;
      const key = JSON.stringify(kind);
      const number = known.get(key) ?? kinds.push(kind);
      known.set(key, number);
      kindOf[sequence] = number;
    },
    has: (sequence) => kindOf[sequence] !== 0,
    read: (from, to) =>
      Array.from({ length: Math.max(0, to - from) }, (_, index) => {
        const sequence = from + index;
        const kind = kinds[(kindOf[sequence] ?? 0) - 1];
        if (!kind) throw new Error(`no record of call ${sequence}`);
        return {
          sequence,
          intendedAt: intended[sequence] ?? 0,
          sentAt: sent[sequence] ?? 0,
          endedAt: ended[sequence] ?? 0,
          ...kind,
        };
      }),
  };
}
