import type { Recording } from '../model/call-plan.ts';
import type { Observation } from '../model/observation.ts';

/** An observation on the collector's clock. */
export interface Call {
  /** Intended send time, milliseconds since the epoch. */
  at: number;
  endAt: number;
  ok: boolean;
  /** Counted from the intended send time. */
  latencyMs: number;
  observation: Observation;
}

/**
 * All calls of the recordings in the order of their intended send times, with the callers' clock offsets taken out.
 * Calls that the agent could not send are left out: they say nothing about the mesh.
 */
export function callsOf(recordings: readonly Recording[]): Call[] {
  const calls = recordings.flatMap(({ observations, clockOffsetMs }) =>
    observations.filter(({ agentFault }) => !agentFault).map((each) => onCollectorClock(each, clockOffsetMs)),
  );
  return calls.sort((a, b) => a.at - b.at);
}

function onCollectorClock(observation: Observation, offsetMs: number): Call {
  return {
    at: observation.intendedAt - offsetMs,
    endAt: observation.endedAt - offsetMs,
    ok: observation.outcome === 'ok',
    latencyMs: latencyMs(observation),
    observation,
  };
}

/** Milliseconds from the intended send time, so that a late sender hides nothing (coordinated omission, Tene 2013). */
export function latencyMs(observation: Observation): number {
  return observation.endedAt - observation.intendedAt;
}
