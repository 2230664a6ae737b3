import {
  type DroppedCall,
  type FindingWeight,
  type GateFinding,
  TRAFFIC_PHASES,
  type TrafficEvidence,
  type TrafficPhase,
} from '../model/gate.ts';
import { renewalLosses } from './renewals.ts';
import { countWords } from './words.ts';

/** How seldom an identical candidate is blamed for how it drains: its upgrade and its way back lose as many by chance. */
const LEVEL = 0.01;
/** Above this share of a phase's calls what the machine or our own workloads lost leaves the rest too thin to decide from. */
const TOLERATED = 0.001;

/**
 * What the traffic during upgrade and rollback says, calls that were lost alike as one finding. A call that nobody can explain, or
 * that the mesh lost while nothing on its way was being renewed, is against the candidate. Renewals lose calls in meshes whose
 * proxies and gateways do not drain: in the upgrade those of what runs now, on the way back those of the candidate, so these are
 * set against each other (see {@link renewalLosses}). What the machine that
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
    if (by === 'unknown' || (by === 'mesh' && renewal === undefined)) return 'against';
    if (by === 'mesh') {
      if (call.phase === 'upgrade') return 'note';
      return renewals.pValue === undefined ? 'unsettled' : renewals.pValue <= LEVEL ? 'against' : 'note';
    }
    const thin = dropped.filter(({ phase, cause }) => phase === call.phase && saysNothing(cause)).length;
    return thin > TOLERATED * callsOf(call.phase) ? 'unsettled' : 'note';
  };
  const alike = Map.groupBy(dropped, (call) => {
    const { phase, step, path, outcome, cause } = call;
    const decides = weightOf(call) !== 'note';
    return JSON.stringify([phase, cause.by, ...(decides ? [step, path, outcome, cause.words] : [])]);
  });
  const lost = [...alike.values()].flatMap((calls) => {
    const [first] = calls;
    if (!first) return [];
    const weight = weightOf(first);
    return [found(weight, weight === 'note' ? notedWords(calls) : lostWords(calls))];
  });
  const all = phases.reduce((sum, one) => sum + one.calls, 0);
  const decided = lost.some(({ weight }) => weight !== 'note') || silent.length > 0;
  const good =
    dropped.length === 0
      ? `none of ${countWords(all)} calls was lost during upgrade and rollback`
      : `of ${countWords(all)} calls ${dropped.length} were lost, all explained: ${renewals.words}`;
  return [...lost, ...silent, ...(decided ? [] : [found('for', good)])];
}

function saysNothing({ by }: DroppedCall['cause']): boolean {
  return by === 'machine' || by === 'harness';
}

/** Whose doing it is that calls were lost, where that decides nothing. */
const DOERS: Record<DroppedCall['cause']['by'], string> = {
  mesh: 'by renewals of the mesh',
  harness: "by our own workloads' ends",
  machine: 'for want of a processor',
  unknown: 'for no known reason',
};

/** Calls that decide nothing, together: each is in the list of lost calls. */
function notedWords(calls: readonly DroppedCall[]): string {
  const first = earliest(calls);
  const paths = new Set(calls.map(({ path }) => path)).size;
  const where = `on ${paths === 1 ? 'one path' : `${paths} paths`}, the first`;
  return `${manyWere(calls)} lost during the ${first.phase} ${DOERS[first.cause.by]}, ${where} at ${clock(first)} UTC (${first.step}), ${first.path}, ${first.outcome}: ${whyOf(first)}`;
}

function lostWords(calls: readonly DroppedCall[]): string {
  const first = earliest(calls);
  const { phase, step, path, outcome } = first;
  return `${manyWere(calls)} lost during the ${phase} (${step}), ${path}, ${outcome}, ${calls.length === 1 ? 'at' : 'the first at'} ${clock(first)} UTC: ${whyOf(first)}`;
}

function manyWere({ length }: { length: number }): string {
  return length === 1 ? '1 call was' : `${countWords(length)} calls were`;
}

/** Of calls of which there is one at least. */
function earliest(calls: readonly DroppedCall[]): DroppedCall {
  return calls.reduce((first, call) => (call.at < first.at ? call : first));
}

/** `12:00:03.250`. */
function clock({ at }: DroppedCall): string {
  return at.slice(11, 23);
}

function whyOf({ cause: { by, words } }: DroppedCall): string {
  return by === 'unknown' ? `nobody knows why${words === '' ? '' : `: ${words}`}` : words;
}
