/** One look at something that is about to change. */
export interface Look {
  /** Milliseconds since the epoch, on the clock that dates the change. */
  at: number;
  /** Whether the look saw the new state; an error sees neither state and counts as not yet. */
  changed: boolean;
}

/**
 * How long a change took to hold for every caller: from the change to the first of the looks from which on all saw the new
 * state. Undefined as long as fewer than `steady` looks at the end did; the resolution is the time between two looks.
 */
export function settledAfterMs(
  looks: readonly Look[],
  { changedAt, steady }: { changedAt: number; steady: number },
): number | undefined {
  const last = looks.findLastIndex(({ changed }) => !changed);
  const since = looks.slice(last + 1);
  const [first] = since;
  return first && since.length >= steady ? Math.max(0, first.at - changedAt) : undefined;
}
