import type { Recording } from '../model/call-plan.ts';
import type { DroppedCall, TrafficPhase } from '../model/gate.ts';

/** A step while calls were made; milliseconds since the epoch. */
export interface StepTime {
  words: string;
  startedAt: number;
  endedAt: number;
}

/**
 * Every call of a recording that was lost, with its moment and the step that was being taken or had been taken last; `before
 * the first step` otherwise. The cause is the machine where the agent could not send, or was held up; nobody knows otherwise,
 * and what the call saw is told.
 */
export function droppedCalls(
  { observations, clockOffsetMs }: Pick<Recording, 'observations' | 'clockOffsetMs'>,
  { phase, path, steps }: { phase: TrafficPhase; path: string; steps: readonly StepTime[] },
): DroppedCall[] {
  return observations.flatMap((call) => {
    if (call.outcome === 'ok') return [];
    const at = call.intendedAt - clockOffsetMs;
    const step = steps.findLast(({ startedAt }) => startedAt <= at);
    const seen = [call.detail, call.responseFlags].filter(Boolean).join(', ');
    const words = seen === '' ? call.outcome : seen;
    const byMachine = call.agentFault === true || call.heldUp === true;
    return {
      at: new Date(at).toISOString(),
      phase,
      step: step ? `${at > step.endedAt ? 'after ' : ''}${step.words}` : 'before the first step',
      path,
      outcome: call.outcome,
      cause: { by: byMachine ? ('machine' as const) : ('unknown' as const), words },
    };
  });
}
