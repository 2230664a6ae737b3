import { percent } from '../model/percent.ts';
import { type Call, callsOf } from '../analysis/calls.ts';
import { longestGap } from '../analysis/gaps.ts';
import { atBest } from '../analysis/held-up.ts';
import { analyseLatency } from '../analysis/latency.ts';
import { findSteady } from '../analysis/steady.ts';
import { longestWait, longestWithoutNew } from '../analysis/stops.ts';
import type { Recording } from '../model/call-plan.ts';
import { formatDuration } from '../model/duration.ts';
import type { OutcomeClass } from '../model/observation.ts';
import type { Scenario, ScenarioProbe } from './schema.ts';

/** A state that lasts this long is steady. */
export const STEADY_MS = 3000;
/** Answers that no outage excuses. */
const NEVER: readonly OutcomeClass[] = ['plaintext', 'identity', 'wrong-target', 'corrupt'];

/** Moments of a game day, milliseconds since the epoch. */
export interface Moments {
  /** From when on the steady state lasted that the hypothesis starts from: a mesh with new workloads takes a while. */
  steadyFrom?: number;
  /** When the first fault began to be prepared: timers are armed on every node then, which a small lab feels. */
  preparedAt?: number;
  /** When each fault began, in order; empty when none was injected. */
  faultsAt: readonly number[];
  /** When the last fault was proven to be gone. */
  revertedAt: number | undefined;
}

/** What one probe saw. */
export interface ProbeFindings {
  probe: string;
  calls: number;
  failed: number;
  outcomes: Partial<Record<OutcomeClass, number>>;
  before: { errorRatio: number; p99Ms: number | undefined };
  after: { errorRatio: number; p99Ms: number | undefined };
  /**
   * From a fault until the service answered as it should and went on to, the longest of all; a fault that comes before that
   * belongs to the one before it. Undefined when it never did.
   */
  recoveryMs: number | undefined;
  /** When it was steady again after the last of them, milliseconds since the epoch. */
  settledAt: number | undefined;
  /** True when it was steady again while a fault still held. */
  recoveredUnderFault: boolean;
  longestGapMs: number;
  /** Since the first fault: how long pushes, or renewals of a certificate, stopped; for their planes only. */
  stoppedMs: number | undefined;
  errorSeconds: number;
  /** Of the calls since the first fault that were answered. */
  p99Ms: number | undefined;
  /** Share of the calls since the first fault that were answered, 0..1. */
  availability: number;
}

/** A promise of the scenario, beside what came of it. */
export interface Held {
  probe: string;
  promise: string;
  limit: string;
  measured: string;
  held: boolean;
}

/** Reads what one probe saw. Pure. */
export function findingsOf(probe: ScenarioProbe, recording: Recording, moments: Moments): ProbeFindings {
  const calls = callsOf([recording]);
  const end = calls.at(-1)?.at ?? 0;
  const faultAt = moments.faultsAt[0] ?? Number.POSITIVE_INFINITY;
  const { steadyFrom = 0, preparedAt = faultAt } = moments;
  const before = calls.filter(({ at, endAt }) => at >= steadyFrom && endAt <= preparedAt);
  const since = calls.filter(({ endAt }) => endAt > faultAt);
  const { longestMs, settledAt } = recovery(calls, probe, moments.faultsAt);
  const from = Math.max(settledAt ?? Number.POSITIVE_INFINITY, moments.revertedAt ?? 0);
  const failed = since.filter(({ ok }) => !ok);
  return {
    probe: probe.name,
    calls: calls.length,
    failed: failed.length,
    outcomes: analyseLatency(failed.map(({ observation }) => observation)).failed,
    before: stateOf(before),
    after: stateOf(calls.filter(({ at }) => at >= Math.min(from, end - STEADY_MS))),
    recoveryMs: longestMs,
    settledAt,
    recoveredUnderFault: settledAt !== undefined && settledAt + STEADY_MS <= (moments.revertedAt ?? end),
    longestGapMs: since.length === 0 ? 0 : longestGap(calls, faultAt).longestMs,
    stoppedMs: stoppedMs(probe, recording, faultAt),
    errorSeconds: failed.length / recording.plan.ratePerSecond,
    p99Ms: stateOf(since).p99Ms,
    availability: since.length === 0 ? 1 : (since.length - failed.length) / since.length,
  };
}

/** Sets findings beside what the scenario promised: recovery, losses, what must hold meanwhile, and the state afterwards. Pure. */
export function promisesOf(
  { probes, targets }: Pick<Scenario, 'probes' | 'targets'>,
  findings: readonly ProbeFindings[],
): Held[] {
  const lost = lostCalls(probes, findings);
  const rows = findings.flatMap((found): Held[] => {
    const probe = probes.find(({ name }) => name === found.probe);
    if (!probe) return [];
    const row = (promise: string, limit: string, measured: string, held: boolean): Held => ({
      probe: found.probe,
      promise,
      limit,
      measured,
      held,
    });
    const { longestGap: gap, errorSeconds, availability, p99 } = probe.during ?? {};
    const never = NEVER.reduce((sum, outcome) => sum + (found.outcomes[outcome] ?? 0), 0);
    return [
      ...(isFelt(probe)
        ? [
            row(
              'recovery time (RTO)',
              formatDuration(targets.rto),
              found.recoveryMs === undefined ? 'never' : formatDuration(found.recoveryMs),
              (found.recoveryMs ?? Number.POSITIVE_INFINITY) <= targets.rto,
            ),
          ]
        : []),
      ...(gap === undefined
        ? []
        : [
            row(
              'longest gap',
              formatDuration(gap),
              formatDuration(found.longestGapMs),
              found.longestGapMs <= gap,
            ),
          ]),
      ...(errorSeconds === undefined
        ? []
        : [
            row(
              'error-seconds',
              String(errorSeconds),
              found.errorSeconds.toFixed(2),
              found.errorSeconds <= errorSeconds,
            ),
          ]),
      ...(availability === undefined
        ? []
        : [
            row(
              'availability',
              percent(availability),
              percent(found.availability),
              found.availability >= availability,
            ),
          ]),
      ...(p99 === undefined
        ? []
        : [
            row(
              'p99 since the first fault',
              formatDuration(p99),
              found.p99Ms === undefined ? 'no answer' : formatDuration(found.p99Ms),
              (found.p99Ms ?? Number.POSITIVE_INFINITY) <= p99,
            ),
          ]),
      ...(probe.plane === 'control'
        ? []
        : [
            row(
              'no answer in clear, of a wrong identity or target, or corrupt',
              '0',
              String(never),
              never === 0,
            ),
          ]),
      row(
        'steady afterwards',
        stateWords({ errorRatio: probe.steady.errorRatio, p99Ms: probe.steady.p99 }),
        stateWords(found.after),
        isSteady(found.after, probe),
      ),
    ];
  });
  const all: Held = {
    probe: 'all',
    promise: 'lost calls (RPO)',
    limit: String(targets.rpo),
    measured: String(lost),
    held: lost <= targets.rpo,
  };
  return [...rows, all];
}

/** Whether users feel it at once when what a probe watches fails: what a service is promised for is promised of that. */
export function isFelt({ plane }: Pick<ScenarioProbe, 'plane'>): boolean {
  return plane !== 'control' && plane !== 'certificates';
}

/** Calls that users lost, over all probes. */
export function lostCalls(
  probes: readonly Pick<ScenarioProbe, 'name' | 'plane'>[],
  findings: readonly ProbeFindings[],
): number {
  const felt = probes.filter(isFelt).map(({ name }) => name);
  return findings.reduce((sum, { probe, failed }) => sum + (felt.includes(probe) ? failed : 0), 0);
}

/** Probes that were to fail, as a sign that the faults did what they were to do, and did not; in words. */
export function neverStopped(probes: Scenario['probes'], findings: readonly ProbeFindings[]): string[] {
  return findings.flatMap(({ probe, failed }) => {
    const stops = probes.find(({ name }) => name === probe)?.during?.stops;
    return stops && failed === 0
      ? [`${probe} was to stop, and did not: the faults did not do what they were to do`]
      : [];
  });
}

function stoppedMs({ plane }: ScenarioProbe, recording: Recording, from: number): number | undefined {
  if (plane === 'control') return longestWait(recording, from);
  return plane === 'certificates' ? longestWithoutNew(recording, from) : undefined;
}

/** Whether what is broken is so only because of calls that the machine's host held up. Pure. */
export function isInDoubt(
  scenario: Pick<Scenario, 'probes' | 'targets'>,
  recordings: ReadonlyMap<string, Recording>,
  moments: Moments,
): boolean {
  const held = [...recordings.values()].some(({ observations }) => observations.some(({ heldUp }) => heldUp));
  if (!held) return false;
  const best = scenario.probes.flatMap((probe) => {
    const recording = recordings.get(probe.name);
    return recording ? [findingsOf(probe, atBest(recording), moments)] : [];
  });
  return promisesOf(scenario, best).every((one) => one.held);
}

/** Whether a state is within what the probe calls steady. */
export function isSteady(
  { errorRatio, p99Ms }: ProbeFindings['before'],
  { steady }: Pick<ScenarioProbe, 'steady'>,
): boolean {
  return errorRatio <= steady.errorRatio && p99Ms !== undefined && p99Ms <= steady.p99;
}

/** A state in words: `0 % errors, p99 12 ms`. */
export function stateWords({ errorRatio, p99Ms }: ProbeFindings['before']): string {
  return `${percent(errorRatio)} errors, p99 ${p99Ms === undefined ? 'unknown' : formatDuration(p99Ms)}`;
}

/** The longest time that one fault cost, and when the last one was over. */
function recovery(
  calls: readonly Call[],
  probe: ScenarioProbe,
  faultsAt: readonly number[],
): { longestMs: number | undefined; settledAt: number | undefined } {
  let begun: number | undefined;
  let longestMs = 0;
  let settled: number | undefined;
  for (const [index, at] of faultsAt.entries()) {
    begun ??= at;
    const next = faultsAt[index + 1] ?? Number.POSITIVE_INFINITY;
    settled = settledIn(
      calls.filter((call) => call.endAt > at && call.at < next),
      probe,
      at,
    );
    if (settled === undefined) continue;
    longestMs = Math.max(longestMs, settled - begun);
    begun = undefined;
  }
  return { longestMs: settled === undefined ? undefined : longestMs, settledAt: settled };
}

/** When the calls began to be answered as they should, and went on to; how long an answer took is another matter. */
function settledIn(calls: readonly Call[], { steady }: ScenarioProbe, from: number): number | undefined {
  // Rare calls: the first window begins at the first call, which may be seconds after a fault that nothing failed of.
  if (calls.length > 0 && calls.every(({ ok }) => ok)) return from;
  const to = (calls.at(-1)?.at ?? from) + 1;
  const limits = { errorRatio: steady.errorRatio, p99Ms: Number.POSITIVE_INFINITY };
  for (let start = from; ; ) {
    const { steadyAt, relapsedAt } = findSteady(calls, { from: start, to, windowMs: STEADY_MS, limits });
    if (relapsedAt === undefined)
      return steadyAt !== undefined && steadyAt <= (calls[0]?.at ?? 0) ? from : steadyAt;
    start = relapsedAt;
  }
}

function stateOf(calls: readonly Call[]): ProbeFindings['before'] {
  const { errorRatio, p99Ms } = analyseLatency(calls.map(({ observation }) => observation));
  return { errorRatio, p99Ms };
}
