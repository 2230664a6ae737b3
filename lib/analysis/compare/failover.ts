import { median, shuffle } from 'simple-statistics';
import type { ComparisonVerdict, FailoverComparison } from '../../model/comparison.ts';
import { formatDuration } from '../../model/duration.ts';
import { medianInterval } from '../median.ts';

/** Failover times are skewed: with fewer on a side a test of medians says nothing that the budget does not. */
const LEAST_INJECTIONS = 10;
/** DESIGN.md §2: one false alarm in a thousand, over all faults together. */
const FALSE_ALARM = 0.001;
/** How much longer the median may be, as with latencies. */
const RELATIVE = 0.1;

/**
 * Compares failover times of one fault; `faults` is how many are compared in this way. A candidate fails that exceeds the budget
 * where what runs now does not, or whose median is longer by more than 10 % and the resolution: a permutation test of the medians
 * (one-sided, at 0.1 % over all faults by Boole's inequality; p-value as in Phipson and Smyth 2010), with ten injections on each
 * side at least. Where the current version exceeds the budget too, the control arm failed and nothing is said.
 */
export function compareFailovers(
  given: Pick<FailoverComparison, 'fault' | 'from' | 'to' | 'budgetMs' | 'resolutionMs'>,
  { faults, random }: { faults: number; random: () => number },
): FailoverComparison {
  const { fault, from, to, budgetMs, resolutionMs } = given;
  const isOver = (ms: number | null) => ms === null || ms - resolutionMs > budgetMs;
  const isClose = (ms: number | null) => !isOver(ms) && ms !== null && ms + resolutionMs > budgetMs;
  const level = FALSE_ALARM / faults;
  const pValue = permutationTest(from, to, { resolutionMs, draws: Math.ceil(10 / level), random });
  const over = to.filter(isOver).length;
  const controlOver = from.filter(isOver).length;
  const said: [ComparisonVerdict, string] =
    to.length === 0 || from.length === 0
      ? ['inconclusive', 'not injected on both sides']
      : pValue !== null && pValue <= level
        ? ['fail', `longer by more than ${RELATIVE * 100} % (p = ${pValue.toPrecision(1)})`]
        : over > 0 && controlOver > 0
          ? ['inconclusive', 'over the budget on both sides']
          : over > 0
            ? ['fail', `over the budget ${over} of ${to.length} times`]
            : to.some(isClose)
              ? [
                  'inconclusive',
                  `as close to the budget as times are known (${formatDuration(resolutionMs)})`,
                ]
              : [
                  'pass',
                  pValue === null ? 'within the budget; too few to compare medians' : 'within the budget',
                ];
  const [verdict, why] = said;
  return {
    fault,
    from,
    to,
    budgetMs,
    resolutionMs,
    pValue,
    verdict,
    words: `failover after ${fault}: ${timesWords(from)} → ${timesWords(to)}, budget ${formatDuration(budgetMs)}: ${why}`,
  };
}

/** p of "the median of `to` is no more than 10 % and the resolution longer"; null for too few times, or where one never came. */
function permutationTest(
  from: readonly (number | null)[],
  to: readonly (number | null)[],
  { resolutionMs, draws, random }: { resolutionMs: number; draws: number; random: () => number },
): number | null {
  if (Math.min(from.length, to.length) < LEAST_INJECTIONS) return null;
  const tolerated = from.flatMap((ms) => (ms === null ? [] : ms * (1 + RELATIVE) + resolutionMs));
  const seen = to.filter((ms) => ms !== null);
  if (tolerated.length < from.length || seen.length < to.length) return null;
  const difference = median(seen) - median(tolerated);
  const all = [...seen, ...tolerated];
  let asFar = 0;
  for (let draw = 0; draw < draws; draw++) {
    const mixed = shuffle(all, random);
    if (median(mixed.slice(0, seen.length)) - median(mixed.slice(seen.length)) >= difference) asFar++;
  }
  return (asFar + 1) / (draws + 1);
}

/** The median with its range where there are six, and all times where there are fewer. */
function timesWords(times: readonly (number | null)[]): string {
  const interval = medianInterval(times.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  if (!interval) return times.map(timeWords).join(', ') || 'none';
  const { median, low, high } = interval;
  return `median ${timeWords(median)} (${timeWords(low)} … ${timeWords(high)})`;
}

function timeWords(ms: number | null): string {
  return ms === null || ms === Number.POSITIVE_INFINITY ? 'never' : formatDuration(ms);
}
