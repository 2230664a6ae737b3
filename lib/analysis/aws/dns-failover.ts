import type { AwsFinding } from '../../model/aws-check.ts';
import type { FailoverName } from '../../model/aws-dns.ts';
import type { Recording } from '../../model/call-plan.ts';
import type { Observation, OutcomeClass } from '../../model/observation.ts';
import { type Call, callsOf } from '../calls.ts';
import { analyseLateness } from '../lateness.ts';

/**
 * So long Route 53 takes for a change: "within 60 seconds" (developer guide, "Editing records", and API reference,
 * `ChangeResourceRecordSets`). They say it of records; of changes to health checks no figure is documented, and the same one is taken.
 */
const PROPAGATION_MS = 60_000;

/** Limit of a failover that the user has set none for: the change reaches Route 53's servers, and then every cache forgets. Pure. */
export function defaultFailoverMs({ ttlMs }: Pick<FailoverName, 'ttlMs'>): number {
  return ttlMs + PROPAGATION_MS;
}

/** Which of the two records was answered; undefined for none, and for what is neither's. Pure. */
export function recordAnswered(
  { primary, secondary }: FailoverName,
  { outcome, answers = [] }: Pick<Observation, 'outcome' | 'answers'>,
): 'primary' | 'secondary' | undefined {
  if (outcome !== 'ok' || answers.length === 0) return undefined;
  const all = (values: readonly string[]) =>
    answers.every((answer) => values.some((value) => bare(value) === bare(answer)));
  return all(primary.values) ? 'primary' : all(secondary.values) ? 'secondary' : undefined;
}

function bare(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** When the check turned, and when it turned back; milliseconds since the epoch on the collector's clock. */
export interface Turns {
  failAt: number;
  revertedAt: number;
}

/** What one cluster heard of a failover; times in milliseconds from the check's turn, undefined for never. */
export interface NameFailover {
  cluster: string;
  /** Lookups since the check turned. */
  lookups: number;
  /** Till the first answer of the secondary, and the last one of the primary, which caches gave. */
  toSecondaryMs: number | undefined;
  lastPrimaryMs: number | undefined;
  /** The same from the revert on, back to the primary. */
  toPrimaryMs: number | undefined;
  lastSecondaryMs: number | undefined;
  /** So long it was watched with the fault, and without it again. */
  heldMs: number;
  watchedMs: number;
  /** Lookups that servers answered without a record, or that nobody answered twice in a row. */
  missing: Partial<Record<OutcomeClass, number>>;
  /** Answers that are in neither record. */
  strange: string[];
  /** Time between two lookups and their lateness: times are longer than the truth by no more. */
  resolutionMs: number;
}

/** Reads what a cluster heard out of its lookups. Pure. */
export function analyseNameFailover(
  recording: Recording,
  name: FailoverName,
  { failAt, revertedAt }: Turns,
): NameFailover {
  const calls = callsOf([recording]).filter(({ at }) => at >= failAt);
  const isOf = (role: string) => (call: Call) => recordAnswered(name, call.observation) === role;
  const held = calls.filter(({ endAt }) => endAt < revertedAt);
  const after = calls.filter(({ at }) => at >= revertedAt);
  const since = (from: number, call: Call | undefined) => call && call.endAt - from;
  const lateness = analyseLateness(recording.observations, Number.POSITIVE_INFINITY).p99Ms ?? 0;
  const strange = calls.filter(({ ok, observation }) => ok && !recordAnswered(name, observation));
  return {
    cluster: recording.caller.cluster,
    lookups: calls.length,
    toSecondaryMs: since(failAt, held.find(isOf('secondary'))),
    lastPrimaryMs: since(failAt, held.findLast(isOf('primary'))),
    toPrimaryMs: since(revertedAt, after.find(isOf('primary'))),
    lastSecondaryMs: since(revertedAt, after.findLast(isOf('secondary'))),
    heldMs: revertedAt - failAt,
    watchedMs: Math.max(0, (after.at(-1)?.endAt ?? revertedAt) - revertedAt),
    missing: missingAnswers(calls),
    strange: [...new Set(strange.flatMap(({ observation }) => observation.answers ?? []))],
    resolutionMs: 1000 / recording.plan.ratePerSecond + lateness,
  };
}

/** A datagram may get lost, and a stub resolver then asks once more (resolv.conf(5), `attempts:2`): one silence alone counts for nothing. */
function missingAnswers(calls: readonly Call[]): NameFailover['missing'] {
  const counts: NameFailover['missing'] = {};
  for (const [index, { ok, observation }] of calls.entries()) {
    const isSilent = (call: Call | undefined) => call?.observation.outcome === 'dns-timeout';
    const alone = !isSilent(calls[index - 1]) && !isSilent(calls[index + 1]);
    if (ok || (observation.outcome === 'dns-timeout' && alone)) continue;
    counts[observation.outcome] = (counts[observation.outcome] ?? 0) + 1;
  }
  return counts;
}

/** True when a cluster has heard a record, and for a whole window of time nothing else. Pure. */
export function isSettled(
  recording: Recording,
  name: FailoverName,
  { role, since, windowMs }: { role: 'primary' | 'secondary'; since: number; windowMs: number },
): boolean {
  const calls = callsOf([recording]).filter(({ at }) => at >= since);
  const other = calls.findLastIndex(({ observation }) => recordAnswered(name, observation) !== role);
  const [first, last] = [calls[other + 1], calls.at(-1)];
  return first !== undefined && last !== undefined && last.at - first.at >= windowMs;
}

/** What a failover came to. */
export interface NameJudgement {
  findings: AwsFinding[];
  /** Why a figure carries no verdict, in words. */
  doubts: string[];
}

/** Holds what each cluster heard against the limit, there and back. Pure. */
export function judgeNameFailover(
  heard: readonly NameFailover[],
  name: FailoverName,
  budgetMs: number,
): NameJudgement {
  const judged = heard.map((one) => judgeOne(one, name, budgetMs));
  return {
    findings: judged.flatMap(({ findings }) => findings),
    doubts: judged.flatMap(({ doubts }) => doubts),
  };
}

function judgeOne(
  one: NameFailover,
  { name, primary, secondary }: FailoverName,
  budgetMs: number,
): NameJudgement {
  const { cluster, toSecondaryMs, lastPrimaryMs, toPrimaryMs, lastSecondaryMs, missing, strange } = one;
  const findings: AwsFinding[] = [];
  const doubts: string[] = [];
  const resources = [primary.healthCheck, secondary.healthCheck].flatMap((id) => id ?? []);
  const add = (kind: string, words: string) =>
    findings.push({ check: 'dns', kind, severity: 'failed', words: `${cluster}: ${words}`, resources });
  const limit = `where ${seconds(budgetMs)} are allowed`;
  const late = (
    kind: string,
    words: string,
    { firstMs, lastMs = 0 }: { firstMs: number; lastMs?: number | undefined },
  ) => {
    const worst = Math.max(firstMs - one.resolutionMs, lastMs);
    const said = `${words} after ${seconds(firstMs)}, the last other answer came after ${seconds(lastMs)}, ${limit}`;
    if (worst > budgetMs) add(kind, said);
    else if (firstMs > budgetMs) doubts.push(`${cluster}: ${said}; known to ${seconds(one.resolutionMs)}`);
  };
  const never = (kind: string, words: string, watchedMs: number) => {
    if (watchedMs >= budgetMs) add(kind, `${words} within ${seconds(watchedMs)}, ${limit}`);
    else doubts.push(`${cluster}: ${words}, but it was watched for ${seconds(watchedMs)} only`);
  };
  if (toSecondaryMs === undefined)
    never('failover-did-not-happen', `${name} never led to ${secondary.cluster}`, one.heldMs);
  else {
    late('failover-late', `${name} led to ${secondary.cluster}`, {
      firstMs: toSecondaryMs,
      lastMs: lastPrimaryMs,
    });
    if (toPrimaryMs === undefined)
      never('did-not-fail-back', `${name} never led back to ${primary.cluster}`, one.watchedMs);
    else
      late('failback-late', `${name} led back to ${primary.cluster}`, {
        firstMs: toPrimaryMs,
        lastMs: lastSecondaryMs,
      });
  }
  const lost = Object.entries(missing).map(([outcome, count]) => `${count} × ${outcome}`);
  if (lost.length > 0) add('answers-missing', `${lost.join(', ')} of ${one.lookups} lookups of ${name}`);
  if (strange.length > 0)
    add('answer-strange', `${name} led to ${strange.join(', ')}, which neither record has`);
  return { findings, doubts };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
