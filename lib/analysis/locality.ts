import type { Observation, Place } from '../model/observation.ts';

/** How far a call goes, the nearest first. */
export const RUNGS = ['zone', 'region', 'elsewhere'] as const;
export type Rung = (typeof RUNGS)[number];

/** A pod behind a service, with where the environment says it is. */
export type Member = Pick<Place, 'cluster' | 'pod' | 'region' | 'zone'>;

/** How far a member is from a caller. */
export function rungOf(caller: Pick<Place, 'region' | 'zone'>, member: Member): Rung {
  if (caller.region !== member.region) return 'elsewhere';
  return caller.zone === member.zone ? 'zone' : 'region';
}

/** The members that a caller must stay with: those on the nearest rung that has any. */
export function nearest(
  caller: Pick<Place, 'region' | 'zone'>,
  members: readonly Member[],
): { rung: Rung; members: Member[] } | undefined {
  for (const rung of RUNGS) {
    const there = members.filter((member) => rungOf(caller, member) === rung);
    if (there.length > 0) return { rung, members: there };
  }
  return undefined;
}

/** True when a call was answered by one of these pods. */
export function answeredByOne({ outcome, answeredBy }: Observation, members: readonly Member[]): boolean {
  return (
    outcome === 'ok' &&
    members.some(({ cluster, pod }) => cluster === answeredBy?.cluster && pod === answeredBy.pod)
  );
}

/** Who answered a sample of calls. */
export interface Nearness {
  answered: number;
  /** Calls that ended without an answer: they went nowhere. */
  failed: number;
  /** Calls answered by another place than one of the nearest, by that place in words. */
  astray: Record<string, number>;
}

/** Sorts a sample into calls that stayed with the nearest members and calls that went astray. */
export function judgeNearness(
  observations: readonly Observation[],
  { expected, all }: { expected: readonly Member[]; all: readonly Member[] },
): Nearness {
  const answered = observations.filter(({ outcome }) => outcome === 'ok');
  const astray: Record<string, number> = {};
  for (const call of answered) {
    if (answeredByOne(call, expected)) continue;
    const words = placeOf(call, all);
    astray[words] = (astray[words] ?? 0) + 1;
  }
  return { answered: answered.length, failed: observations.length - answered.length, astray };
}

/** By the environment, not by what the answer says of itself: its labels may be what is wrong. */
function placeOf({ answeredBy }: Observation, all: readonly Member[]): string {
  const member = all.find(({ cluster, pod }) => cluster === answeredBy?.cluster && pod === answeredBy.pod);
  return member
    ? `zone ${member.zone}`
    : `${answeredBy?.pod ?? 'an unknown pod'} in ${answeredBy?.cluster ?? 'no cluster'}`;
}

/** What calls say about where they go. */
export interface Stay {
  stay: 'near' | 'astray' | 'no-evidence';
  /** Why, in words; empty for `near`. */
  words: string;
}

/**
 * Judges a sample, and the calls that were watched until they had moved (`movedMs` undefined: they never had). Calls that
 * failed were sent to a near member that did not serve: past `ejectAfter` of them a mesh is right to leave it, and what
 * goes astray then is no evidence.
 */
export function judgeStay(seen: {
  watched: readonly Observation[];
  sample: readonly Observation[];
  movedMs: number | undefined;
  limitMs: number;
  expected: readonly Member[];
  all: readonly Member[];
  /** Answered calls that a verdict takes. */
  needed: number;
  ejectAfter: number;
}): Stay {
  const { watched, sample, movedMs, limitMs, needed } = seen;
  const late = movedMs === undefined || movedMs > limitMs;
  const judged = late ? judgeNearness(watched.slice(-needed), seen) : judgeNearness(sample, seen);
  const failed = judgeNearness([...watched, ...sample], seen).failed;
  const places = Object.entries(judged.astray).map(([where, count]) => `${count} to ${where}`);
  const words = `of ${judged.answered} answered calls ${places.join(', ') || 'none elsewhere'}`;
  if ((late || places.length > 0) && failed >= seen.ejectAfter) {
    const reason = `${failed} calls failed: the mesh may have left an endpoint that did not serve`;
    return { stay: 'no-evidence', words: `${words}, but ${reason}` };
  }
  if (late || places.length > 0) return { stay: 'astray', words };
  if (judged.answered >= needed) return { stay: 'near', words: '' };
  return {
    stay: 'no-evidence',
    words: `${judged.answered} of the ${needed} calls that it takes were answered`,
  };
}
