import type { Observation, OutcomeClass } from '../../model/observation.ts';
import { MUCH_STOLEN, type StolenTime } from '../../support/stolen-time.ts';

/** What a process without a processor looks like from outside. A wrong answer, or a refused one, has another cause. */
const BY_TIME = new Set<OutcomeClass>([
  'deadline',
  'connect-timeout',
  'reset',
  'dns-timeout',
  'dns-servfail',
  'http-5xx',
]);
/** A call that was answered later than this was slow, whatever it called. */
const SLOW_MS = 500;
/** So long afterwards proxies still keep away from what did not answer, and work off what has piled up. */
const AFTERMATH_MS = 3000;

/** Whether a call failed by time, or was slow, while the host of this machine gave its processors to others. */
export function wasHeldUp(
  { intendedAt, endedAt }: Pick<Observation, 'intendedAt' | 'endedAt'>,
  outcome: OutcomeClass,
  stolen: Pick<StolenTime, 'worstBetween'>,
): boolean {
  const suspicious = outcome === 'ok' ? endedAt - intendedAt > SLOW_MS : BY_TIME.has(outcome);
  return suspicious && stolen.worstBetween(intendedAt - AFTERMATH_MS, endedAt) > MUCH_STOLEN;
}
