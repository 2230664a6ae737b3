import { figureWords } from '../report/words.ts';
import { percent } from '../model/percent.ts';
import type { Comparison } from '../model/comparison.ts';
import type { GateResult, TrafficEvidence } from '../model/gate.ts';
import { driftWords, effectWords, marginWords, metricName, rangeWords, sideWords } from './words.ts';

/** A table that Markdown and HTML show alike: texts only. */
export interface Table {
  head: string[];
  rows: string[][];
}

/** Every metric with its bounds, margin and power. */
export function metricsTable({ metrics }: Comparison): Table {
  return {
    head: [
      'metric',
      'current',
      'candidate',
      'change',
      'bounds',
      'margin',
      'verdict',
      'power (rounds for 80 %)',
    ],
    rows: metrics.map((one) => [
      metricName(one.metric),
      sideWords(one, 'from'),
      sideWords(one, 'to'),
      effectWords(one.metric, one.mean),
      rangeWords(one),
      marginWords(one),
      [one.verdict, one.note].filter(Boolean).join(': '),
      `${Math.floor(100 * one.power)} % (${one.roundsFor80 ?? 'none'})`,
    ]),
  };
}

/** What a reader must know of how it was compared. */
export function comparisonNotes({ plan, used, discarded, level, finished, metrics }: Comparison): string[] {
  const planned = plan.looks.map(({ rounds }) => rounds).join(' and ');
  const passes = `An identical candidate would pass with ${percent(plan.power)} by the A/A.`;
  const drifts = metrics.filter(({ drift }) => drift?.shown);
  return [
    ...(plan.design === 'interleaved'
      ? [
          `${used.length} rounds count${finished ? '' : ', and it is not at its end'}; looks were planned after ${planned}, ${plan.mostRounds} rounds at most are made (seed ${plan.seed}). ${passes}`,
        ]
      : [
          `One after the other: ${used.length} rounds count of each of three blocks (what ran before, the candidate, what ran after the way back), ${planned} were planned. ${passes}`,
          `Bounds are those beside what ran before and beside what ran after, whichever is wider. ${drifts.length === 0 ? 'No metric of what runs now was shown to drift by more than its margin.' : `What runs now drifted by more than the margin: ${drifts.map(driftWords).join('; ')}.`}`,
        ]),
    `Each bound is one-sided and holds with ${percent(1 - level)}; a candidate at the margin of any metric is passed, or one within all margins failed, in ${percent(plan.alpha)} of all gates at most.`,
    discarded.length === 0
      ? `No round was discarded (probes later than ${plan.discardAbove.latenessP99Ms} ms, or more than ${percent(plan.discardAbove.stolenShare)} of the processors taken away).`
      : `Discarded by the rules that were set before, whatever came out of them: ${discarded.map(({ round, reason }) => `round ${round} (${reason})`).join('; ')}.`,
  ];
}

/** What changed promise by promise. */
export function promisesTable({ promises }: GateResult): Table {
  return {
    head: ['promise', 'current', 'candidate', 'why'],
    rows: promises.changed.map(({ id, from, to, reason }) => [
      id,
      from ?? 'not run',
      to ?? 'not run',
      reason,
    ]),
  };
}

/** How many promises did not change, and how many did in which way. */
export function promisesWords({ promises: { counts } }: GateResult): string {
  const parts = [
    `${counts.same} are as before`,
    ...(counts.broken > 0 ? [`${counts.broken} broken by the candidate`] : []),
    ...(counts['broken-before'] > 0 ? [`${counts['broken-before']} broken on both sides`] : []),
    ...(counts['not-shown'] > 0 ? [`${counts['not-shown']} not shown on the candidate`] : []),
    ...(counts.mended > 0 ? [`${counts.mended} newly shown to be kept`] : []),
  ];
  return `Promises: ${parts.join(', ')}.`;
}

/** The first lost calls, in the order of their moments; `gate.json` has all. */
export function droppedTable({ dropped }: TrafficEvidence, most: number): Table {
  return {
    head: ['time (UTC)', 'during', 'path', 'how', 'cause'],
    rows: dropped
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
      .slice(0, most)
      .map(({ at, phase, step, path, outcome, cause }) => [
        at.slice(11, 23),
        `${phase}: ${step}`,
        path,
        outcome,
        cause.by === 'unknown' ? 'unknown' : `${cause.by}: ${cause.words}`,
      ]),
  };
}

/** Waivers, and what became of each. */
export function waiversTable({ waivers: { applied, expired, unused } }: GateResult): Table {
  const row = (state: string, { reason, owner, expires }: (typeof unused)[number], finding: string) => [
    state,
    finding,
    reason,
    owner,
    expires,
  ];
  return {
    head: ['', 'finding', 'reason', 'owner', 'until'],
    rows: [
      ...expired.map(({ waiver, finding }) => row('expired', waiver, finding)),
      ...applied.map(({ waiver, finding }) => row('waived', waiver, finding)),
      ...unused.map((waiver) => row('unused', waiver, `nothing contains "${waiver.match}"`)),
    ],
  };
}

/** What runs now, beside what it was in earlier gates. */
export function baselinesTable({ baselines }: Pick<GateResult, 'baselines'>): Table {
  return {
    head: ['what runs now', 'today', 'median of earlier gates', 'range', 'gates'],
    rows: baselines
      .filter(({ gates }) => gates > 0)
      .map(({ name, now, gates, median, least, most }) => {
        const text = (value: number | null) => (value === null ? '' : figureWords(name, value).text);
        return [
          figureWords(name, now).label,
          text(now),
          text(median),
          `${text(least)} … ${text(most)}`,
          `${gates}`,
        ];
      }),
  };
}

/** Names whose version is not the same on both sides. */
export function versionsTable({ from, to }: GateResult): Table {
  const names = Object.keys({ ...from.versions, ...to.versions });
  return {
    head: ['version of', 'current', 'candidate'],
    rows: names
      .filter((name) => from.versions[name] !== to.versions[name])
      .map((name) => [name, from.versions[name] ?? '', to.versions[name] ?? '']),
  };
}
