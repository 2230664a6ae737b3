import { medianInterval, type MedianInterval } from '../analysis/median.ts';
import { formatDuration } from '../model/duration.ts';
import type { Verdict } from '../model/verdict.ts';
import { isFelt, lostCalls, type ProbeFindings } from './judge.ts';
import type { GamedayResult } from './result.ts';
import type { Scenario } from './schema.ts';

/** One figure of a scenario over all its repeats, beside its target. */
export interface RepeatedFigure {
  probe: string;
  figure: string;
  target: number;
  values: number[];
  /** Undefined where there are too few repeats. */
  interval: MedianInterval | undefined;
  verdict: 'passed' | 'failed' | 'inconclusive';
  words: string;
}

/** What a scenario that was run several times came to. */
export interface Repeats {
  /** How often it was run, and how often that carried a verdict. */
  repeats: number;
  counted: number;
  figures: RepeatedFigure[];
  verdict: Verdict;
  reasons: string[];
}

/** What a figure is called, how it is read, and how it is written. */
interface Figure {
  figure: string;
  target: number | undefined;
  of: (found: ProbeFindings) => number;
  words: (value: number) => string;
}

/** Promises of which one breach in one repeat is one too many. */
const ALWAYS = /^(no answer in clear|steady afterwards)/;
const ENDLESS = Number.POSITIVE_INFINITY;

/**
 * Judges repeats together: each figure by the upper bound of its median's interval. One that lies wholly beyond the target
 * failed, one that holds the target within it carries no verdict, and neither do too few repeats. What must never be is not a
 * matter of medians. Pure.
 */
export function judgeRepeats(
  scenario: Pick<Scenario, 'probes' | 'targets'>,
  results: readonly GamedayResult[],
): Repeats {
  const told = results.filter(({ verdict }) => verdict === 'passed' || verdict === 'failed');
  const figures = [
    ...scenario.probes.flatMap((probe) => figuresOf(probe, scenario, told)),
    lostOf(scenario, told),
  ];
  const worst = results.flatMap(({ verdict, reasons }, index) =>
    verdict === 'broken' ? reasons.map((reason) => `repeat ${index + 1}: ${reason}`) : [],
  );
  const never = results.flatMap(({ promises, reasons }, index) => [
    ...promises
      .filter(({ promise, held }) => !held && ALWAYS.test(promise))
      .map(({ probe, promise, measured }) => `repeat ${index + 1}: ${probe}: ${promise}: ${measured}`),
    ...reasons
      .filter((reason) => reason.startsWith('halted:'))
      .map((reason) => `repeat ${index + 1}: ${reason}`),
  ]);
  const failed = [...never, ...wordsOf(figures, 'failed')];
  const undecided = [
    ...results.flatMap(({ verdict, reasons }, index) =>
      verdict === 'inconclusive' ? [`repeat ${index + 1} carried no verdict: ${reasons.join('; ')}`] : [],
    ),
    ...wordsOf(figures, 'inconclusive'),
  ];
  const common = { repeats: results.length, counted: told.length, figures };
  if (worst.length > 0) return { ...common, verdict: 'broken', reasons: worst };
  if (failed.length > 0) return { ...common, verdict: 'failed', reasons: failed };
  const open = figures.some(({ verdict }) => verdict === 'inconclusive');
  return { ...common, verdict: open ? 'inconclusive' : 'passed', reasons: undecided };
}

function figuresOf(
  { name, plane, during }: Scenario['probes'][number],
  { targets }: Pick<Scenario, 'targets'>,
  results: readonly GamedayResult[],
): RepeatedFigure[] {
  const found = results.flatMap(({ findings }) => findings.filter(({ probe }) => probe === name));
  const figures: Figure[] = [
    {
      figure: 'recovery time (RTO)',
      target: isFelt({ plane }) ? targets.rto : undefined,
      of: ({ recoveryMs }) => recoveryMs ?? ENDLESS,
      words: durationWords,
    },
    {
      figure: 'longest gap',
      target: during?.longestGap,
      of: ({ longestGapMs }) => longestGapMs,
      words: durationWords,
    },
    {
      figure: 'error-seconds',
      target: during?.errorSeconds,
      of: (one) => one.errorSeconds,
      words: twoDigits,
    },
    {
      figure: 'p99 since the first fault',
      target: during?.p99,
      of: ({ p99Ms }) => p99Ms ?? ENDLESS,
      words: durationWords,
    },
    {
      figure: 'share that was not answered',
      target: during?.availability === undefined ? undefined : 1 - during.availability,
      of: ({ availability }) => 1 - availability,
      words: (value) => `${twoDigits(100 * value)} %`,
    },
  ];
  return figures.flatMap(({ figure, target, of, words }) =>
    target === undefined ? [] : judged({ probe: name, figure, target, values: found.map(of) }, words),
  );
}

function lostOf(
  { probes, targets }: Pick<Scenario, 'probes' | 'targets'>,
  results: readonly GamedayResult[],
): RepeatedFigure {
  const values = results.map(({ findings }) => lostCalls(probes, findings));
  return judged({ probe: 'all', figure: 'lost calls (RPO)', target: targets.rpo, values }, String);
}

function judged(
  given: Pick<RepeatedFigure, 'probe' | 'figure' | 'target' | 'values'>,
  words: (value: number) => string,
): RepeatedFigure {
  const interval = medianInterval(given.values);
  const { probe, figure, target, values } = given;
  if (!interval) {
    const why = `${values.length} repeats are too few for an interval of 95 %: six at least`;
    return { ...given, interval, verdict: 'inconclusive', words: `${probe}: ${figure}: ${why}` };
  }
  const { median, low, high, confidence } = interval;
  const verdict = high <= target ? 'passed' : low > target ? 'failed' : 'inconclusive';
  const range = `${words(low)} … ${words(high)}, ${twoDigits(100 * confidence)} %`;
  return {
    ...given,
    interval,
    verdict,
    words: `${probe}: ${figure}: median ${words(median)} (${range}), target ${words(target)}`,
  };
}

function wordsOf(figures: readonly RepeatedFigure[], wanted: RepeatedFigure['verdict']): string[] {
  return figures.filter(({ verdict }) => verdict === wanted).map(({ words }) => words);
}

function durationWords(ms: number): string {
  return ms === ENDLESS ? 'never' : formatDuration(ms);
}

function twoDigits(value: number): string {
  return String(Number(value.toFixed(2)));
}
