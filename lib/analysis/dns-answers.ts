import type { Recording } from '../model/call-plan.ts';
import type { Observation } from '../model/observation.ts';
import { callsOf } from './calls.ts';

/** An answer may be kept for `seconds`; a negative one is a "no such name". */
export interface Lifetime {
  seconds: number;
  negative: boolean;
}

/** How long this answer may be kept; undefined when it says nothing about that. */
export function lifetimeOf(observation: Observation): Lifetime | undefined {
  const { ttlSeconds, negativeTtlSeconds } = observation;
  if (ttlSeconds !== undefined) return { seconds: ttlSeconds, negative: false };
  return negativeTtlSeconds === undefined ? undefined : { seconds: negativeTtlSeconds, negative: true };
}

/** What is wrong with a large answer, over UDP and over TCP, in words; empty when both are as they must be. */
export function largeAnswerProblems(
  { udp, tcp }: { udp: readonly Observation[]; tcp: readonly Observation[] },
  expected: readonly string[],
): string[] {
  const cut = udp.filter(({ outcome, truncated }) => outcome === 'ok' && truncated === true);
  const silent = udp.filter(({ outcome, truncated, answers }) => {
    return outcome === 'ok' && truncated !== true && (answers?.length ?? 0) < expected.length;
  });
  const otherUdp = udp.length - cut.length - silent.length;
  const whole = tcp.filter(({ outcome, answers }) => outcome === 'ok' && sameSet(answers ?? [], expected));
  const [badTcp] = tcp.filter((each) => !whole.includes(each));
  return [
    ...(silent.length > 0
      ? [
          `${silent.length} of ${udp.length} answers over UDP were cut off (${silent[0]?.answers?.length} of ${expected.length} addresses) without saying so: no client asks again over TCP`,
        ]
      : []),
    ...(otherUdp > 0
      ? [
          `${otherUdp} of ${udp.length} lookups over UDP came to ${wordsOf(udp.filter((each) => !cut.includes(each) && !silent.includes(each)))}`,
        ]
      : []),
    ...(badTcp
      ? [
          `${tcp.length - whole.length} of ${tcp.length} answers over TCP were not whole: ${badTcp.outcome} with ${badTcp.answers?.length ?? 0} of ${expected.length} addresses${badTcp.detail === undefined ? '' : ` (${badTcp.detail})`}`,
        ]
      : []),
  ];
}

function wordsOf(observations: readonly Observation[]): string {
  const kinds = observations.map(({ outcome, answers }) =>
    outcome === 'ok' ? `${answers?.length} addresses in one datagram` : outcome,
  );
  return [...new Set(kinds)].join(', ');
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join() === [...right].sort().join();
}

/**
 * When a name that was asked for too early was known for good: the end of the last lookup that did not find it, in
 * milliseconds after `createdAt` (the collector's clock). Undefined while fewer than `answersInARow` lookups in a row
 * have found it since: another resolver may still remember that there is none.
 */
export function knownAfterMs(
  recording: Recording,
  { createdAt, answersInARow }: { createdAt: number; answersInARow: number },
): number | undefined {
  const calls = callsOf([recording]);
  const lastMiss = calls.findLastIndex(({ ok }) => !ok);
  if (calls.length - 1 - lastMiss < answersInARow) return undefined;
  return Math.max(0, (calls[lastMiss]?.endAt ?? createdAt) - createdAt);
}
