import { mean, sampleVariance } from 'simple-statistics';
import { studentTProbability } from '../analysis/compare/student-t.ts';
import type { EndedPod, TrafficEvidence, TrafficPhase } from '../model/gate.ts';
import { percent } from '../model/percent.ts';

const ROLES = ['gateway', 'workload'] as const satisfies readonly EndedPod['role'][];

/** Calls that were lost since the proxies that carried them ended: those of what runs now in the upgrade, the candidate's on the way back. */
export interface RenewalLosses {
  /** One-sided, of "the candidate's ends lose no more"; undefined where calls were lost and too few pods ended to tell. */
  pValue: number | undefined;
  words: string;
}

/**
 * Sets the losses of both ways against each other. The unit is the pod that ended: what it carried is lost together, so calls are
 * not independent. Of gateways and of workloads, counts per pod are compared by Student's t test after the square-root transform of
 * counts with the same dispersion (Bartlett 1936; Anscombe 1948, √(x + 3/8)); the smaller p-value counts, times two (Bonferroni).
 */
export function renewalLosses({ phases, dropped }: TrafficEvidence): RenewalLosses {
  const lost = (phase: TrafficPhase) =>
    dropped.flatMap((call) =>
      call.phase === phase && call.cause.renewal !== undefined ? [call.cause.renewal] : [],
    );
  const callsOf = (phase: TrafficPhase) =>
    phases.reduce((sum, one) => sum + (one.phase === phase ? one.calls : 0), 0);
  const perPod = (phase: TrafficPhase, role: EndedPod['role']) => {
    const all = lost(phase);
    const ended = phases.flatMap((one) => (one.phase === phase ? one.ended : []));
    return ended.flatMap((pod) => (pod.role === role ? [all.filter((one) => one === pod.pod).length] : []));
  };
  const pValues = ROLES.flatMap((role) => {
    const p = moreAfter(perPod('upgrade', role), perPod('rollback', role));
    return p === undefined ? [] : [Math.min(1, ROLES.length * p)];
  });
  const [up, back] = [lost('upgrade').length, lost('rollback').length];
  const rate = (count: number, calls: number) => `${count} (${percent(calls > 0 ? count / calls : 0, 3)})`;
  return {
    pValue: back === 0 ? 1 : pValues.length > 0 ? Math.min(...pValues) : undefined,
    words: `renewals lost ${rate(up, callsOf('upgrade'))} where what runs now ended, ${rate(back, callsOf('rollback'))} where the candidate did`,
  };
}

/** P-value of "the counts after are no higher"; undefined where either has fewer than two. */
function moreAfter(before: readonly number[], after: readonly number[]): number | undefined {
  if (before.length < 2 || after.length < 2) return undefined;
  const [x, y] = [before, after].map((counts) => counts.map((count) => Math.sqrt(count + 3 / 8)));
  if (!x || !y) return undefined;
  const df = x.length + y.length - 2;
  const pooled = ((x.length - 1) * sampleVariance(x) + (y.length - 1) * sampleVariance(y)) / df;
  // A count of Poisson's has this variance after the transform, at least: equal counts are no certainty.
  const variance = Math.max(pooled, 1 / 4) * (1 / x.length + 1 / y.length);
  return 1 - studentTProbability((mean(y) - mean(x)) / Math.sqrt(variance), df);
}
