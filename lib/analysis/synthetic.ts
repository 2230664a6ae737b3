import type { Recording } from '../model/call-plan.ts';
import type { Observation, OutcomeClass, Place } from '../model/observation.ts';

/** How a made-up mesh treats one call. */
export interface Treatment {
  outcome?: OutcomeClass;
  latencyMs?: number;
  detail?: string;
  /** Cluster that answers; only for `ok`. */
  cluster?: string;
  /** How late the agent sent. */
  latenessMs?: number;
  heldUp?: boolean;
}

export interface SyntheticPlan {
  seconds: number;
  ratePerSecond?: number;
  startAt?: number;
  clockOffsetMs?: number;
  /** What becomes of the call that is due `elapsedMs` after the start. */
  treat: (elapsedMs: number, sequence: number) => Treatment;
}

/** A recording of a mesh that never was, with known phases: for tests of the analysis and of what builds on it. */
export function syntheticRecording(plan: SyntheticPlan): Recording {
  const { ratePerSecond = 100, startAt = 1_000_000, clockOffsetMs = 0 } = plan;
  const count = Math.round(plan.seconds * ratePerSecond);
  const observations = Array.from({ length: count }, (_, sequence): Observation => {
    const elapsedMs = (sequence * 1000) / ratePerSecond;
    const {
      outcome = 'ok',
      latencyMs = 3,
      cluster = 'west',
      latenessMs = 0,
      detail,
      heldUp,
    } = plan.treat(elapsedMs, sequence);
    const intendedAt = startAt + clockOffsetMs + elapsedMs;
    const sentAt = intendedAt + latenessMs;
    const held = heldUp === undefined ? {} : { heldUp };
    const times = { sequence, intendedAt, sentAt, endedAt: intendedAt + latencyMs, ...held };
    if (outcome === 'ok') return { ...times, outcome, answeredBy: placeIn(cluster) };
    return { ...times, outcome, ...(detail === undefined ? {} : { detail }) };
  });
  return {
    plan: {
      id: 'synthetic',
      target: { protocol: 'http', url: 'http://synthetic.test/', connection: 'fresh' },
      ratePerSecond,
      count,
      deadlineMs: 2000,
    },
    caller: placeIn('west'),
    observations,
    complete: true,
    clockOffsetMs,
    clockUncertaintyMs: 1,
  };
}

/** A place in a cluster. */
export function placeIn(cluster: string): Place {
  return { cluster, region: `${cluster}-1`, zone: `${cluster}-1a`, node: `${cluster}-worker`, pod: 'agent' };
}
