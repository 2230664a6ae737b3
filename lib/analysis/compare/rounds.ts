import { mean } from 'simple-statistics';
import { percent } from '../../model/percent.ts';
import {
  type CallCount,
  type Conditions,
  type Metric,
  type Round,
  type Side,
  type SideOfRound,
} from '../../model/comparison.ts';
import { type Bounds, differenceBounds, meanBounds } from './bounds.ts';

/**
 * Why a round does not count; undefined when it does. It sees nothing but the conditions, so that no outcome can decide: a
 * round that is thrown away for being slow would make any candidate look quick.
 */
export function discardReason(
  conditions: Readonly<Record<Side, Conditions>>,
  above: Conditions,
): string | undefined {
  return (
    disturbance(conditions.from, above, 'the current version') ??
    disturbance(conditions.to, above, 'the candidate')
  );
}

/** Why the measurement of one side does not count, as {@link discardReason}; `who` was measured. */
export function disturbance(
  { latenessP99Ms, stolenShare }: Conditions,
  above: Conditions,
  who: string,
): string | undefined {
  // Written so that a reading that is missing (NaN) discards, too.
  if (!(latenessP99Ms <= above.latenessP99Ms))
    return `probes of ${who} were late: p99 ${latenessP99Ms.toFixed(1)} ms, limit ${above.latenessP99Ms} ms`;
  if (!(stolenShare <= above.stolenShare))
    return `the host took ${percent(stolenShare, 0)} of the processors away while ${who} was measured, limit ${percent(above.stolenShare, 0)}`;
  return undefined;
}

/** Rounds that count, and those that do not with the reason, both in their order. */
export function sortRounds(
  rounds: readonly Round[],
  above: Conditions,
): { kept: Round[]; discarded: { round: number; reason: string }[] } {
  const reasons = rounds.map(({ from, to }) =>
    discardReason({ from: from.conditions, to: to.conditions }, above),
  );
  return {
    kept: rounds.filter((_, index) => reasons[index] === undefined),
    discarded: rounds.flatMap(({ number }, index) => {
      const reason = reasons[index];
      return reason === undefined ? [] : [{ round: number, reason }];
    }),
  };
}

/**
 * How much worse the candidate was in each round: ln(to / from), or the difference of the error ratios; beside the middle of both
 * measurements of what runs now where there are two. Null where a side has no figure; such a round counts all the same, since no
 * answer is an outcome.
 */
export function effectsOf(metric: Metric, rounds: readonly Round[]): (number | null)[] {
  return rounds.map(({ from, to, again }) => {
    const [candidate, ...current] = [to, from, ...(again ? [again] : [])].map((one) => {
      const figure = figureOf(metric, one);
      return figure !== undefined && metric.kind === 'ratio' ? Math.log(figure) : figure;
    });
    const known = current.filter((one) => one !== undefined);
    if (candidate === undefined || known.length < current.length) return null;
    return candidate - mean(known);
  });
}

/** One side's figure of a round: undefined where no call was `ok`, or none was made. */
export function figureOf({ kind, name }: Metric, { figures, calls }: SideOfRound): number | undefined {
  if (kind === 'errors') {
    const count = calls[name];
    return count && count.calls > 0 ? count.failed / count.calls : undefined;
  }
  const figure = figures[name];
  return typeof figure === 'number' && figure > 0 && Number.isFinite(figure) ? figure : undefined;
}

/** What was measured of a side in a round: what runs now twice in a before/after. */
export function partsOf({ from, to, again }: Round, side: Side): SideOfRound[] {
  return side === 'to' ? [to] : again ? [from, again] : [from];
}

/** Calls of all rounds together, by side. */
export function countsOf({ name }: Metric, rounds: readonly Round[]): Record<Side, CallCount> {
  const sum = (side: Side) =>
    rounds
      .flatMap((round) => partsOf(round, side))
      .reduce(
        (total, part) => {
          const { calls = 0, failed = 0 } = part.calls[name] ?? {};
          return { calls: total.calls + calls, failed: total.failed + failed };
        },
        { calls: 0, failed: 0 },
      );
  return { from: sum('from'), to: sum('to') };
}

/**
 * Bounds of the mean effect; none at all where a round has no effect. Where what runs now was measured before and after the
 * candidate, the bounds are those beside the one and beside the other, whichever is wider on its side: what it was while the
 * candidate ran lay between the two if the machine drifted one way, whenever it did. The candidate is then worse by no more than
 * it is beside the better of the two, so the upper one of both bounds is missed no more often than each.
 */
export function boundsOf(metric: Metric, rounds: readonly Round[]): Bounds {
  const before = rounds.map(({ number, from, to }) => ({ number, from, to }));
  const after = rounds.flatMap(({ number, again, to }) => (again ? [{ number, from: again, to }] : []));
  const one = boundsOfPairs(metric, before);
  if (after.length === 0) return one;
  const other = boundsOfPairs(metric, after);
  return {
    mean: (one.mean + other.mean) / 2,
    sd: Math.max(one.sd, other.sd),
    lower: (level) => Math.min(one.lower(level), other.lower(level)),
    upper: (level) => Math.max(one.upper(level), other.upper(level)),
  };
}

/** How much worse what runs now was after the way back than before the candidate; undefined where it was not measured twice. */
export function driftOf(metric: Metric, rounds: readonly Round[]): Bounds | undefined {
  const pairs = rounds.flatMap(({ number, from, again }) => (again ? [{ number, from, to: again }] : []));
  return pairs.length === 0 ? undefined : boundsOfPairs(metric, pairs);
}

function boundsOfPairs(metric: Metric, rounds: readonly Round[]): Bounds {
  const effects = effectsOf(metric, rounds);
  const known = effects.filter((effect) => effect !== null);
  if (known.length < effects.length) return { ...meanBounds([]), sd: Number.NaN };
  return metric.kind === 'ratio' ? meanBounds(known) : differenceBounds(known, countsOf(metric, rounds));
}
