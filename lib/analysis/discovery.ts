import type { Observation } from '../model/observation.ts';
import type { Call } from './calls.ts';
import { callsToSeeEveryPlace } from './sample-size.ts';

/** Endpoints of a service came or went. */
export interface EndpointChange {
  kind: 'added' | 'removed';
  /** When, milliseconds since the epoch on the collector's clock. */
  at: number;
  /** The cluster whose endpoints they are. */
  cluster: string;
}

/** How a call ends for which the mesh knows no endpoint: nothing was sent anywhere. */
export interface NoEndpoint {
  outcome: Observation['outcome'];
  /** What the response flags start with, where the mesh gives them. */
  responseFlag?: string;
}

/** What a caller made of a change. */
export interface Noticed {
  /** From the change to the first call (added) or the last call (removed) that was sent to its endpoints; undefined: not yet. */
  tookMs?: number;
  /** Calls since the change. */
  calls: number;
  /** When it was noticed, milliseconds since the epoch. */
  at?: number;
}

/** At least so many calls in a row must have ended as they have to, however great the endpoints' share was. */
const LEAST_QUIET = 5;

/** True for a call that was sent nowhere, since the mesh knows no endpoint. */
export function isUnsent({ outcome, responseFlags = '' }: Observation, nobody: NoEndpoint): boolean {
  return outcome === nobody.outcome && responseFlags.startsWith(nobody.responseFlag ?? '');
}

/**
 * When one caller noticed a change. An addition is noticed by the first answer from there, with which the failures end
 * if nobody else serves. A removal is noticed by the last call that was still answered from there, or that failed on the
 * way: what failed may have been sent there. `share` is the least share of the calls that the endpoints had (1: nobody
 * else serves): the silence after a removal is judged by it, so that an endpoint that is still called is taken for gone
 * in one of a thousand changes at most.
 */
export function noticed(
  change: EndpointChange,
  calls: readonly Call[],
  { share, nobody }: { share: number; nobody: NoEndpoint },
): Noticed {
  const since = calls.filter(({ at }) => at >= change.at);
  const theirs = ({ ok, observation }: Call) => ok && observation.answeredBy?.cluster === change.cluster;
  if (change.kind === 'added') {
    // Who serves alone must answer every call: threads of one proxy learn of it one after the other.
    const answers =
      share < 1 ? since.filter(theirs) : since.slice(since.findLastIndex((call) => !theirs(call)) + 1);
    const [first] = answers;
    return first && (share < 1 || answers.length >= LEAST_QUIET)
      ? seen(change, first, since.length)
      : { calls: since.length };
  }
  const last = since.findLastIndex(
    (call) => theirs(call) || (!call.ok && !isUnsent(call.observation, nobody)),
  );
  const quiet = since.length - 1 - last;
  if (quiet < Math.max(LEAST_QUIET, callsToSeeEveryPlace({ places: 1, share })))
    return { calls: since.length };
  const call = since[last];
  return call ? seen(change, call, since.length) : { calls: since.length, tookMs: 0, at: change.at };
}

function seen(change: EndpointChange, call: Call, calls: number): Noticed {
  return { tookMs: Math.max(0, call.endAt - change.at), at: call.endAt, calls };
}

/** A caller who noticed a change, until the next one begins. */
export interface Settled {
  change: EndpointChange;
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  /** Nobody else serves. */
  alone: boolean;
}

/**
 * Calls that say that a change which was noticed does not hold, counted by how they ended. After an addition: calls
 * sent nowhere, or answered by another cluster, though only this one serves. After a removal: calls answered from there;
 * and where nobody is left, all that were sent at all. Who waited in vain says nothing of where the call went.
 */
export function strays(settled: Settled, calls: readonly Call[], nobody: NoEndpoint): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { at, observation } of calls) {
    if (at <= settled.from || at >= settled.to || !isStray(observation, settled, nobody)) continue;
    const key = [observation.outcome, observation.detail ?? observation.answeredBy?.pod]
      .filter(Boolean)
      .join(': ');
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function isStray(observation: Observation, { change, alone }: Settled, nobody: NoEndpoint): boolean {
  const { outcome, answeredBy } = observation;
  const theirs = outcome === 'ok' && answeredBy?.cluster === change.cluster;
  if (change.kind === 'added')
    return alone && (isUnsent(observation, nobody) || (outcome === 'ok' && !theirs));
  return alone ? outcome !== 'deadline' && !isUnsent(observation, nobody) : theirs;
}
