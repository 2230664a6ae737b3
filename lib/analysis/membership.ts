import type { Recording } from '../model/call-plan.ts';
import type { Observation } from '../model/observation.ts';
import { type Call, callsOf } from './calls.ts';

/** Calls from one cluster while another joined and left, and a control beside them that no proxy touched. */
export interface Bystander {
  cluster: string;
  recordings: readonly Recording[];
  /** Same machine, same network, no mesh. */
  control: Recording;
}

/** A call that was not answered. Times are milliseconds since the epoch on the collector's clock. */
export interface LostCall {
  cluster: string;
  at: number;
  outcome: string;
  detail: string;
  /** The slowest control call around it, milliseconds. */
  controlMs: number;
}

export interface BystanderFindings {
  calls: number;
  /** Lost while the control was quick, or in a way in which no busy machine loses a call. */
  lost: LostCall[];
  /** Ran out of time while the control was slow too: they say nothing about the mesh. */
  excused: LostCall[];
}

/**
 * A call of a mesh waits for a processor at four programs at least (caller, its proxy, the server's, the server), the
 * control at two. One that waited this share of the time limit of a try shows a machine that can use all of it up.
 */
const SLOW_SHARE = 1 / 4;
/** A lost call is compared with control calls that were due this long before it until this long after its end. */
const AROUND_MS = 1000;

/** What the mesh does with calls that run out of time (`mesh.resilience` of the environment). */
export interface TimeLimits {
  /** A try that has no answer by then counts as failed. */
  tryTimeoutMs: number;
  /** So many failures in a row eject an endpoint, for this long at least. */
  consecutiveErrors: number;
  baseEjectionMs: number;
}

/** Envoy lengthens an ejection with each one after another; calls are not compared further back than this many. */
const EJECTIONS = 3;

/**
 * Which calls were lost, and of which of them a busy machine may be the cause: those that ran out of time (a deadline, a
 * time limit of a proxy) while control calls of the same cluster were slow, failed or missing; and those that found all
 * endpoints ejected after enough of the former. Refused, reset, rejected and misdirected calls are never excused.
 */
export function judgeBystanders(bystanders: readonly Bystander[], limits: TimeLimits): BystanderFindings {
  const found: BystanderFindings = { calls: 0, lost: [], excused: [] };
  for (const { cluster, recordings, control } of bystanders) {
    const controls = callsOf([control]);
    const calls = callsOf(recordings);
    found.calls += calls.length;
    const excusedAt: number[] = [];
    for (const call of calls.filter(({ ok }) => !ok)) {
      const controlMs = slowestAround(controls, call);
      const { outcome, detail = '', responseFlags = '' } = call.observation;
      const words = [detail, responseFlags].filter(Boolean).join(' ');
      const outOfTime = ranOutOfTime(call.observation) && controlMs >= SLOW_SHARE * limits.tryTimeoutMs;
      if (outOfTime) excusedAt.push(call.at);
      const excused = outOfTime || (isEjected(call.observation) && ejectsAll(excusedAt, call.at, limits));
      found[excused ? 'excused' : 'lost'].push({ cluster, at: call.at, outcome, detail: words, controlMs });
    }
  }
  return found;
}

function isEjected({ outcome, detail = '' }: Observation): boolean {
  return outcome === 'http-5xx' && detail.includes('no healthy upstream');
}

function ejectsAll(excusedAt: readonly number[], at: number, limits: TimeLimits): boolean {
  const recent = excusedAt.filter((one) => one >= at - EJECTIONS * limits.baseEjectionMs);
  return recent.length >= limits.consecutiveErrors;
}

function ranOutOfTime({ outcome, detail = '', responseFlags = '' }: Observation): boolean {
  if (outcome === 'deadline' || outcome === 'connect-timeout' || outcome === 'dns-timeout') return true;
  // Envoy's words for its own limits: of a try (504, UT), and of a connection (503, UF with a timeout).
  return (
    outcome === 'http-5xx' && (detail.startsWith('HTTP 504') || /\bUT\b|timeout/.test(responseFlags + detail))
  );
}

/** Infinity when no control call was due around it: nobody knows then how the machine was. */
function slowestAround(controls: readonly Call[], lost: Call): number {
  const around = controls.filter(({ at }) => at >= lost.at - AROUND_MS && at <= lost.endAt + AROUND_MS);
  if (around.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(...around.map(({ ok, latencyMs }) => (ok ? latencyMs : Number.POSITIVE_INFINITY)));
}

/** Milliseconds from `since` to the end of the first call that `cluster` answered; undefined when it answered none. */
export function firstAnswerAfter(
  recordings: readonly Recording[],
  cluster: string,
  since: number,
): number | undefined {
  const first = answeredBy(callsOf(recordings), cluster)
    .map(({ endAt }) => endAt)
    .filter((endAt) => endAt >= since)
    .reduce((least, endAt) => Math.min(least, endAt), Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? first - since : undefined;
}

export interface Drain {
  /** From `since` to the send of the last call that the cluster answered; 0 when it answered none after that. */
  lastAnsweredMs: number;
  /** Calls that were sent, and have ended, after the last one that it answered (and after `since`). */
  quietCalls: number;
}

/** How long calls still went to a cluster that left at `since`, and how many have not gone there after the last. */
export function drainAfter(recordings: readonly Recording[], cluster: string, since: number): Drain {
  const after = callsOf(recordings).filter(({ at }) => at >= since);
  const last = answeredBy(after, cluster).at(-1)?.at ?? since;
  return { lastAnsweredMs: last - since, quietCalls: after.filter(({ at }) => at > last).length };
}

function answeredBy(calls: readonly Call[], cluster: string): Call[] {
  return calls.filter(({ ok, observation }) => ok && observation.answeredBy?.cluster === cluster);
}

/**
 * What is wrong with calls that must be answered by exactly these clusters, each with the caller's identity seen
 * there; one line each, empty when all is well.
 */
export function judgeReach(
  recording: Recording,
  expected: { clusters: readonly string[]; identity: string },
): string[] {
  const calls = callsOf([recording]);
  const failed = calls.filter(({ ok }) => !ok);
  const answered = new Set(
    calls.flatMap(({ ok, observation }) => (ok ? (observation.answeredBy?.cluster ?? []) : [])),
  );
  const unknown = calls.filter(
    ({ ok, observation }) =>
      ok && !observation.identitySeen?.split(/[;,]/).includes(`URI=${expected.identity}`),
  );
  const [loss] = failed;
  const [stranger] = unknown;
  return [
    ...expected.clusters
      .filter((name) => !answered.has(name))
      .map((name) => `${name} answered none of ${calls.length} calls`),
    ...[...answered]
      .filter((name) => !expected.clusters.includes(name))
      .map((name) => `${name} answered and should not`),
    ...(loss
      ? [
          `${failed.length} of ${calls.length} calls ended as ${loss.observation.outcome} (${loss.observation.detail ?? 'no detail'})`,
        ]
      : []),
    ...(stranger
      ? [
          `${unknown.length} answers came from servers that saw ${stranger.observation.identitySeen ?? 'no client certificate'}`,
        ]
      : []),
  ];
}
