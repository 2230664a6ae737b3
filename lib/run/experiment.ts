/** How long a fault holds. Longer than the mesh's first re-trial of an ejected endpoint (10 s by default). */
export const HOLD_MS = 20_000;
/** A fault's deadline, counted from its plan: the dead-man comes a minute after the planned revert. */
export const FAULT_LASTS_MS = HOLD_MS + 60_000;
