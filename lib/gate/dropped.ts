import type { Recording } from '../model/call-plan.ts';
import type { DroppedCall, TrafficPhase } from '../model/gate.ts';
import type { Observation } from '../model/observation.ts';
import { attributor, type LossEvidence } from './causes.ts';

/** From the caller to its proxy and into its log; on a machine that is busy. */
const PROXY_MS = 50;

/** A step while calls were made; milliseconds since the epoch. */
export interface StepTime {
  words: string;
  startedAt: number;
  endedAt: number;
}

/**
 * Every call of a recording that was lost, with its moment and the step that was being taken or had been taken last; `before
 * the first step` otherwise. With what was watched meanwhile, the cause is what that says (see `attributor`); without, it is the
 * machine where the agent could not send, or was held up, and nobody knows otherwise.
 */
export function droppedCalls(
  recording: Pick<Recording, 'observations' | 'clockOffsetMs' | 'clockUncertaintyMs' | 'caller'>,
  context: {
    phase: TrafficPhase;
    path: string;
    steps: readonly StepTime[];
    /** Name and port of the service that was called, and what was watched meanwhile. */
    watched?: { service: string; port: number } & Pick<LossEvidence, 'record' | 'clusters'>;
  },
): DroppedCall[] {
  const { observations, clockOffsetMs, clockUncertaintyMs, caller } = recording;
  const { phase, path, steps, watched } = context;
  const causeOf = attributor({
    record: watched?.record ?? { events: [], lines: [], waits: [], unread: [] },
    clusters: watched?.clusters ?? [],
    slackMs: clockUncertaintyMs + PROXY_MS,
  });
  return observations.flatMap((call) => {
    if (call.outcome === 'ok') return [];
    const at = call.intendedAt - clockOffsetMs;
    const step = steps.findLast(({ startedAt }) => startedAt <= at);
    const lost = {
      ...call,
      sentAt: call.sentAt - clockOffsetMs,
      endedAt: call.endedAt - clockOffsetMs,
      caller,
      service: watched?.service ?? '',
      port: watched?.port ?? 0,
    };
    return {
      at: new Date(at).toISOString(),
      phase,
      step: step ? `${at > step.endedAt ? 'after ' : ''}${step.words}` : 'before the first step',
      path,
      outcome: call.outcome,
      cause: watched || lost.agentFault || lost.heldUp ? causeOf(lost) : unwatched(call),
    };
  });
}

function unwatched({ detail, responseFlags, outcome }: Observation): DroppedCall['cause'] {
  return { by: 'unknown', words: [detail, responseFlags].filter(Boolean).join(', ') || outcome };
}
