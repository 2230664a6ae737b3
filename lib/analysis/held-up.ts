import type { FailoverJudgement } from './judge-failover.ts';
import type { Recording } from '../model/call-plan.ts';
import type { Observation } from '../model/observation.ts';

/**
 * The recording as it might have been at best, had the host not taken the processors away: calls that were held up are
 * answered at once, by nobody in particular. A promise that is broken here too is broken by the mesh.
 */
export function atBest(recording: Recording): Recording {
  return { ...recording, observations: recording.observations.map(answeredAtOnce) };
}

/**
 * Judges a recording as it is and, where that breaks a promise, at its best: what is broken only because of calls that were
 * held up carries no verdict.
 */
export function judgeWithDoubt(
  recording: Recording,
  judge: (recording: Recording) => FailoverJudgement,
): FailoverJudgement {
  const judged = judge(recording);
  const held = recording.observations.filter(({ heldUp }) => heldUp).length;
  if (judged.broken.length === 0 || held === 0 || judge(atBest(recording)).broken.length > 0) return judged;
  const words = `${judged.broken.join('; ')}; but ${held} calls were under way while the host of this machine gave more than a quarter of its processors to others`;
  return { broken: [], inconclusive: words };
}

function answeredAtOnce(observation: Observation): Observation {
  if (!observation.heldUp) return observation;
  const { sequence, intendedAt } = observation;
  return { sequence, intendedAt, sentAt: intendedAt, endedAt: intendedAt, outcome: 'ok' };
}
