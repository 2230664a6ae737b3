import type { Observation } from '../model/observation.ts';
import { quantiles } from './quantile.ts';

export interface LatenessFindings {
  /** How much later than intended the agent sent, 99 % of the time; undefined without calls. */
  p99Ms: number | undefined;
  maxMs: number | undefined;
  /** Calls that the agent could not send in time or at all. */
  agentFaults: number;
  /** False when the recording carries no verdict. */
  usable: boolean;
  /** Why not, for a person; empty when usable. */
  reason: string;
}

/**
 * Whether an agent kept to its plan well enough for a verdict: p99 of the lateness is within `limitMs`, and there is
 * no call that it could not send. The caller chooses the limit, well below what it wants to resolve.
 */
export function analyseLateness(observations: readonly Observation[], limitMs: number): LatenessFindings {
  const late = latenessOf(observations);
  const [p99Ms, maxMs] = quantiles(late, [0.99, 1]);
  const agentFaults = observations.filter(({ agentFault }) => agentFault).length;
  const reason = reasonOf(p99Ms, limitMs, agentFaults);
  return { p99Ms, maxMs, agentFaults, usable: reason === '', reason };
}

/** How much later than intended each call was sent, milliseconds. */
export function latenessOf(observations: readonly Observation[]): number[] {
  return observations.map(({ sentAt, intendedAt }) => Math.max(0, sentAt - intendedAt));
}

function reasonOf(p99Ms: number | undefined, limitMs: number, agentFaults: number): string {
  if (p99Ms === undefined) return 'the recording is empty';
  if (agentFaults > 0) return `the agent could not send ${agentFaults} of its calls`;
  if (p99Ms > limitMs) return `the agent was late: p99 ${p99Ms.toFixed(1)} ms, limit ${limitMs} ms`;
  return '';
}
