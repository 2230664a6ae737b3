/** Something that happened on a game day, for the timeline and the evidence. */
export interface GamedayEvent {
  /** Milliseconds since the epoch. */
  at: number;
  kind:
    | 'phase'
    | 'inject'
    | 'effect'
    | 'reverted'
    | 'not-biting'
    | 'note'
    | 'human'
    | 'observation'
    | 'decision'
    | 'abort'
    | 'trouble';
  text: string;
  /** The fault that it is about. */
  fault?: string;
}

/** Events in their order, told to who listens as they come. */
export interface EventLog {
  readonly all: readonly GamedayEvent[];
  add(kind: GamedayEvent['kind'], text: string, fault?: string): void;
}

export function eventLog(onEvent: (event: GamedayEvent) => void): EventLog {
  const all: GamedayEvent[] = [];
  return {
    all,
    add(kind, text, fault) {
      const event: GamedayEvent = { at: Date.now(), kind, text, ...(fault === undefined ? {} : { fault }) };
      all.push(event);
      onEvent(event);
    },
  };
}
