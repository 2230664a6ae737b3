import {
  type Decision,
  FINDING_SOURCES,
  type FindingWeight,
  type GateEvidence,
  type GateFinding,
  type GateResult,
  type GateSide,
  PROMISE_CHANGES,
  type PromiseChange,
} from '../model/gate.ts';
import { waiverNote, waiversOf } from '../analysis/waivers.ts';
import { exitCodeFor } from '../report/verdict-file.ts';
import { baselineWarnings, overTime } from './baselines.ts';
import { comparisonFindings, failoverFindings } from './findings.ts';
import { trafficFindings } from './traffic-findings.ts';
import { promiseChanges, promiseFindings } from './promises.ts';
import { DECISION_WORDS } from './words.ts';

/** As many as a person keeps in mind. */
const FACTS = 3;

/** Which weight decides what; the first that occurs does. A shown failure outranks everything, as in `combineVerdicts`. */
const DECIDES: readonly [FindingWeight, Decision][] = [
  ['against', 'NO-GO'],
  ['broken', 'BROKEN'],
  ['unsettled', 'INCONCLUSIVE'],
];

/**
 * Decides whether a candidate may be rolled out. GO takes all of the evidence, and nothing in it that speaks otherwise but what a
 * valid waiver excuses; evidence that is missing leaves it unsettled. A finding whose waiver has expired decides against the
 * candidate whatever it would be without, since somebody promised to have settled it by then. What is broken cannot be waived.
 * Pure: `now` in milliseconds since the epoch is for the waivers.
 */
export function decideGate(evidence: GateEvidence, now: number): GateResult {
  const { from, to, comparison, traffic, failovers } = evidence;
  const changes = from.conformance && to.conformance ? promiseChanges(from.conformance, to.conformance) : [];
  const { standing, ...waivers } = afterWaivers(
    [
      ...evidence.findings,
      ...(from.conformance && to.conformance ? promiseFindings(changes) : []),
      ...(traffic ? trafficFindings(traffic) : []),
      ...(comparison ? comparisonFindings(comparison) : []),
      ...failoverFindings(failovers),
      ...missing(evidence),
    ],
    evidence.waivers,
    now,
  );
  const [weight, decision] = DECIDES.find(([weight]) => standing.some((one) => one.weight === weight)) ?? [
    'for',
    'GO',
  ];
  const baselines = comparison ? overTime(comparison, evidence.earlier) : [];
  const deciding = inTurns(standing.filter((one) => one.weight === weight));
  return {
    schema: 'meshproof.dev/gate/v1',
    run: evidence.run,
    environment: (to.conformance ?? from.conformance)?.environment ?? '',
    startedAt: evidence.startedAt,
    endedAt: evidence.endedAt,
    from: sideOf(from),
    to: sideOf(to),
    decision,
    exitCode: exitCodeFor(DECISION_WORDS[decision].verdict),
    decidedBy: deciding.slice(0, FACTS),
    alsoDecided: Math.max(0, deciding.length - FACTS),
    findings: standing,
    promises: {
      counts: countChanges(changes),
      changed: changes.filter(({ change }) => change !== 'same'),
    },
    traffic: traffic ?? null,
    comparison: comparison ?? null,
    failovers,
    baselines,
    waivers,
    warnings: [...warningsOf(evidence), ...baselineWarnings(baselines), ...notesOf(standing)],
    reproduce: { command: evidence.command, seed: evidence.seed },
  };
}

/** Findings that stand, and what became of the waivers. */
function afterWaivers(
  findings: readonly GateFinding[],
  waivers: GateEvidence['waivers'],
  now: number,
): GateResult['waivers'] & { standing: GateFinding[] } {
  const result: ReturnType<typeof afterWaivers> = { standing: [], applied: [], expired: [], unused: [] };
  const used = new Set<GateEvidence['waivers'][number]>();
  for (const finding of findings) {
    const { words, weight } = finding;
    const excusable = weight === 'against' || weight === 'unsettled';
    const { valid, expired, fitting } = waiversOf(words, excusable ? waivers : [], now);
    for (const waiver of fitting) used.add(waiver);
    if (valid) {
      result.applied.push({ waiver: valid, finding: words });
      continue;
    }
    if (expired) result.expired.push({ waiver: expired, finding: words });
    const standing = { ...finding, words: `${words}${waiverNote({ valid, expired })}` };
    result.standing.push(expired ? { ...standing, weight: 'against' } : standing);
  }
  result.unused = waivers.filter((waiver) => !used.has(waiver));
  return result;
}

/** The worst of each source first, then the next of each: three facts of one source hide what the others say. */
function inTurns(findings: readonly GateFinding[]): GateFinding[] {
  const bySource = FINDING_SOURCES.map((source) => findings.filter((one) => one.source === source));
  const turns = Math.max(...bySource.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => bySource.flatMap((own) => own[turn] ?? [])).flat();
}

/** What a GO takes and was not there. */
function missing({ from, to, traffic, comparison, failovers }: GateEvidence): GateFinding[] {
  const environments = [from, to].flatMap(({ conformance }) => conformance?.environment ?? []);
  const found = [
    ...[from, to].flatMap(({ label, conformance }) =>
      conformance ? [] : [`no promise was checked on ${label}`],
    ),
    ...(new Set(environments).size > 1
      ? [`the sides ran in different environments: ${environments.join(', ')}`]
      : []),
    ...(traffic ? [] : ['there was no traffic during an upgrade and a rollback']),
    ...(comparison ? [] : ['latency and errors were not compared']),
    ...(failovers.length > 0 ? [] : ['no fault was injected on both sides']),
  ];
  return found.map((words) => ({ source: 'evidence', weight: 'unsettled', words }));
}

function warningsOf({ comparison }: GateEvidence): string[] {
  if (!comparison) return [];
  const { plan, metrics } = comparison;
  const widened = metrics.filter(({ margin }) => margin.by === 'spread').length;
  return [
    ...(plan.design === 'before-after'
      ? [
          'The versions ran one after the other: before the upgrade, after it, and after the way back. Drift of the machine is not cancelled out; a metric counts only where it comes out alike beside what ran before and what ran after, and what disturbs the machine during the candidate’s rounds alone looks like the candidate.',
        ]
      : []),
    ...(widened > 0
      ? [
          `${widened} of ${metrics.length} margins are wider than asked for, since identical sides were that far apart: a change of less is not told from noise.`,
        ]
      : []),
  ];
}

function notesOf(findings: readonly GateFinding[]): string[] {
  return findings.filter(({ weight }) => weight === 'note').map(({ words }) => words);
}

function sideOf({ label, conformance }: GateEvidence['from']): GateSide {
  return {
    label,
    run: conformance?.run ?? null,
    verdict: conformance?.verdict ?? null,
    versions: conformance?.versions ?? {},
  };
}

function countChanges(changes: readonly PromiseChange[]): GateResult['promises']['counts'] {
  const counts = { same: 0, broken: 0, 'broken-before': 0, 'not-shown': 0, mended: 0 };
  for (const kind of PROMISE_CHANGES) counts[kind] = changes.filter(({ change }) => change === kind).length;
  return counts;
}
