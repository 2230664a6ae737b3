import type { PodWait } from '../model/upgrade-record.ts';
import { span } from './lives.ts';

/** Waiting for a processor explains a lost call when the call would have had time for twice what it used, without it. */
const EXPLAINS = 0.5;
/** Nobody gives a call up sooner; what is lost at once was not waiting. */
const PATIENCE_MS = 500;

/** Where a call was, from its sending until it was lost; milliseconds since the epoch. */
export interface InFlight {
  sentAt: number;
  endedAt: number;
  slackMs: number;
  /** The pods that it passes, one after the other; of those in one list it passes one. */
  pods: readonly (readonly { cluster: string; pod: string }[])[];
}

/**
 * Says how long programs on a call's way waited for a processor, where that is at least half of the time in which it was lost;
 * undefined where it is less, or the call was lost too soon for it. A call passes one program of a pod after the other, so their
 * waits add up; of each program only the thread is counted that waited longest.
 */
export function waitWords(waits: readonly PodWait[], { sentAt, endedAt, slackMs, pods }: InFlight) {
  const life = endedAt - sentAt;
  if (life < PATIENCE_MS) return undefined;
  const between = { from: sentAt - slackMs, to: endedAt + slackMs };
  const worst = pods.flatMap((turn) => {
    const each = turn.map((at) => ({ pod: at.pod, ms: waited(waits, at, between) }));
    return each.toSorted((a, b) => b.ms - a.ms).slice(0, 1);
  });
  const ms = worst.reduce((sum, one) => sum + one.ms, 0);
  if (ms < EXPLAINS * life) return undefined;
  const parts = worst.filter((one) => one.ms >= 50).map((one) => `${one.pod} ${span(one.ms)}`);
  return `of ${span(life)} its programs waited ${span(Math.min(ms, life))} for a processor (${parts.join(', ')})`;
}

/** What the programs of a pod waited in a stretch, together. */
function waited(
  waits: readonly PodWait[],
  at: { cluster: string; pod: string },
  { from, to }: { from: number; to: number },
): number {
  const perProgram = new Map<string, number>();
  for (const wait of waits) {
    if (wait.cluster !== at.cluster || wait.pod !== at.pod) continue;
    for (const [program, ms] of Object.entries(wait.waits)) {
      // The kernel counts a wait when it is over: one that is longer than the reading began before it.
      const began = Math.min(wait.from, wait.to - ms);
      const shared = Math.min(to, wait.to) - Math.max(from, began);
      if (shared <= 0) continue;
      // Where in the reading it waited is not known.
      perProgram.set(program, (perProgram.get(program) ?? 0) + (ms * shared) / (wait.to - began));
    }
  }
  return [...perProgram.values()].reduce((sum, ms) => sum + Math.min(ms, to - from), 0);
}
