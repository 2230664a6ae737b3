import { binomialProbabilities } from '../analysis/split-binomial.ts';
import {
  type DroppedCall,
  type FindingWeight,
  type GateFinding,
  TRAFFIC_PHASES,
  type TrafficEvidence,
  type TrafficPhase,
} from '../model/gate.ts';
import { percent } from '../model/percent.ts';
import { countWords } from './words.ts';

/** How seldom an identical candidate is blamed for how it drains: its upgrade and its way back lose as many by chance. */
const LEVEL = 0.01;
/** Above this share of a phase's calls what the machine or our own workloads lost leaves the rest too thin to decide from. */
const TOLERATED = 0.001;

/**
 * What the traffic during upgrade and rollback says, calls that were lost alike as one finding. A call that nobody can explain, or
 * that the mesh lost while nothing on its way was being renewed, is against the candidate. Renewals lose calls in meshes whose
 * proxies and gateways do not drain: in the upgrade those of what runs now, on the way back those of the candidate, so these are
 * set against each other (exact conditional test of two Poisson rates, Przyborowski and Wilenski 1940). What the machine that
 * measures or our own workloads lost says nothing of the mesh, and leaves it unsettled where it is more than a little.
 */
export function trafficFindings(evidence: TrafficEvidence): GateFinding[] {
  const { phases, dropped } = evidence;
  const callsOf = (phase: TrafficPhase) =>
    phases.reduce((sum, one) => sum + (one.phase === phase ? one.calls : 0), 0);
  const found = (weight: FindingWeight, words: string): GateFinding => ({ source: 'traffic', weight, words });
  const silent = TRAFFIC_PHASES.filter((phase) => callsOf(phase) === 0).map((phase) =>
    found('unsettled', `no call was made during the ${phase}`),
  );
  const renewals = renewalLosses(evidence);
  const weightOf = (call: DroppedCall): FindingWeight => {
    const { by, renewal } = call.cause;
    if (by === 'unknown' || (by === 'mesh' && !renewal)) return 'against';
    if (by === 'mesh') return call.phase === 'rollback' && renewals.pValue <= LEVEL ? 'against' : 'note';
    const thin = dropped.filter(({ phase, cause }) => phase === call.phase && saysNothing(cause)).length;
    return thin > TOLERATED * callsOf(call.phase) ? 'unsettled' : 'note';
  };
  const alike = Map.groupBy(dropped, ({ phase, step, path, outcome, cause }) =>
    JSON.stringify([phase, step, path, outcome, cause.by, cause.words]),
  );
  const lost = [...alike.values()].flatMap((calls) =>
    calls[0] ? [found(weightOf(calls[0]), lostWords(calls))] : [],
  );
  const all = phases.reduce((sum, one) => sum + one.calls, 0);
  const decided = lost.some(({ weight }) => weight !== 'note') || silent.length > 0;
  const good =
    dropped.length === 0
      ? `none of ${countWords(all)} calls was lost during upgrade and rollback`
      : `of ${countWords(all)} calls ${dropped.length} were lost, all explained: ${renewals.words}`;
  return [...lost, ...silent, ...(decided ? [] : [found('for', good)])];
}

/** Losses by renewals on the way back against those of the upgrade; the p-value is that of "the candidate loses no more". */
function renewalLosses({ phases, dropped }: TrafficEvidence): { pValue: number; words: string } {
  const [up = 0, back = 0] = TRAFFIC_PHASES.map(
    (wanted) => dropped.filter(({ phase, cause }) => phase === wanted && cause.renewal === true).length,
  );
  const [upCalls = 0, backCalls = 0] = TRAFFIC_PHASES.map((wanted) =>
    phases.reduce((sum, one) => sum + (one.phase === wanted ? one.calls : 0), 0),
  );
  const share = backCalls / Math.max(1, upCalls + backCalls);
  const pValue = back === 0 ? 1 : atLeast(back, up + back, share);
  const rate = (lost: number, calls: number) => `${lost} (${percent(calls > 0 ? lost / calls : 0, 3)})`;
  return {
    pValue,
    words: `renewals lost ${rate(up, upCalls)} where what runs now ended, ${rate(back, backCalls)} where the candidate did`,
  };
}

/** P(X ≥ successes) of a binomial variable. */
function atLeast(successes: number, n: number, p: number): number {
  return binomialProbabilities(n, p)
    .slice(successes)
    .reduce((sum, one) => sum + one, 0);
}

function saysNothing({ by }: DroppedCall['cause']): boolean {
  return by === 'machine' || by === 'harness';
}

function lostWords(calls: readonly DroppedCall[]): string {
  const [first] = calls.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  if (!first) return '';
  const { phase, step, path, outcome, cause, at } = first;
  const many = calls.length === 1 ? '1 call was' : `${countWords(calls.length)} calls were`;
  const why =
    cause.by === 'unknown' ? `nobody knows why${cause.words === '' ? '' : `: ${cause.words}`}` : cause.words;
  return `${many} lost during the ${phase} (${step}), ${path}, ${outcome}, ${calls.length === 1 ? 'at' : 'the first at'} ${at.slice(11, 23)} UTC: ${why}`;
}
