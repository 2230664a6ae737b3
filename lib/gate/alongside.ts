import type { BlockName } from '../analysis/compare/blocks.ts';
import type { Recording } from '../model/call-plan.ts';
import type { Side } from '../model/comparison.ts';

/** What is measured: both sides the same, what runs now and the candidate, or one version of a before/after. */
export type Measured = 'identical' | 'candidate' | BlockName;

/** Something else that is looked at while calls are measured. */
export interface Alongside {
  /** Called when the calls are over, with all of them. */
  end(calls: Record<Side, readonly Recording[]>): Promise<void>;
  /** Called instead where the measurement was broken off. */
  cancel(): Promise<void>;
}

/** Measures, and looks at something else meanwhile; `measure` hands over the calls of each side. */
export async function alongsideOf<T>(
  begun: Promise<Alongside> | undefined,
  measure: (onCalls: (side: Side, recordings: readonly Recording[]) => void) => Promise<T>,
): Promise<T> {
  const more = await begun;
  const calls: Record<Side, readonly Recording[]> = { from: [], to: [] };
  let measured: T;
  try {
    measured = await measure((side, recordings) => {
      calls[side] = recordings;
    });
  } catch (error) {
    await more?.cancel();
    throw error;
  }
  await more?.end(calls);
  return measured;
}
