import type { Observation, OutcomeClass } from '../model/observation.ts';

/** A change that was made so that proxies hear of it; times are milliseconds since the epoch on the collector's clock. */
export interface Change {
  /** Counted from 0. */
  generation: number;
  intendedAt: number;
  sentAt: number;
  /** Set where the API server did not take it. */
  refused?: { at: number; outcome: OutcomeClass; detail: string };
}

/** What a proxy had when it was asked. */
export interface Look {
  at: number;
  /** -1: none yet. */
  generation: number;
  /** When it took that up. */
  since: number;
}

/** Between two looks that are no further apart than this, changes that come are taken to come together with the last of them. */
const BLIND_MS = 2000;

/**
 * One observation for each change: `ok` when the proxy had it, or a later one, within the deadline; `deadline` when it was
 * shown that it had not, with the time that it did wait (so far) as its end; what the API server did not take has the
 * outcome of that. A proxy that nobody could ask in time says nothing of the mesh (`agentFault`), and only once no later look can tell
 * more (`final`). Changes that are still open are left out. Changes and looks in their order.
 */
export function pushesSeen(
  changes: readonly Change[],
  looks: readonly Look[],
  { deadlineMs, final }: { deadlineMs: number; final: boolean },
): Observation[] {
  return changes.flatMap((change): Observation[] => {
    const { generation, intendedAt, sentAt, refused } = change;
    const times = { sequence: generation, intendedAt, sentAt };
    if (refused) return [{ ...times, endedAt: refused.at, outcome: refused.outcome, detail: refused.detail }];
    const due = intendedAt + deadlineMs;
    const index = looks.findIndex((look) => look.generation >= generation);
    const look = looks[index];
    if (!look) {
      const last = looks.at(-1)?.at ?? sentAt;
      if (last >= due) return [{ ...times, endedAt: last, outcome: 'deadline', detail: 'not seen yet' }];
      return final ? [unclear(times, due)] : [];
    }
    const since = Math.max(sentAt, look.since);
    if (since <= due) return [{ ...times, endedAt: since, outcome: 'ok' }];
    // A later one was seen instead: this one may have come at any time after the look before, if that was long ago.
    const before = looks[index - 1]?.at ?? sentAt;
    const isBlind = look.generation !== generation && before < due && look.at - before > BLIND_MS;
    if (isBlind) return [unclear(times, due)];
    return [{ ...times, endedAt: since, outcome: 'deadline', detail: 'seen too late' }];
  });
}

function unclear(times: Pick<Observation, 'sequence' | 'intendedAt' | 'sentAt'>, due: number): Observation {
  const detail = 'nobody could ask the proxy in time';
  return { ...times, endedAt: due, outcome: 'deadline', detail, agentFault: true };
}
