import { percent } from '../../model/percent.ts';
import {
  type CallCount,
  type Conditions,
  type Metric,
  type Round,
  SIDES,
  type Side,
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
  for (const side of SIDES) {
    const { latenessP99Ms, stolenShare } = conditions[side];
    const where = side === 'from' ? 'the current version' : 'the candidate';
    // Written so that a reading that is missing (NaN) discards, too.
    if (!(latenessP99Ms <= above.latenessP99Ms))
      return `probes of ${where} were late: p99 ${latenessP99Ms.toFixed(1)} ms, limit ${above.latenessP99Ms} ms`;
    if (!(stolenShare <= above.stolenShare))
      return `the host took ${percent(stolenShare, 0)} of the processors away while ${where} was measured, limit ${percent(above.stolenShare, 0)}`;
  }
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
 * How much worse the candidate was in each round: ln(to / from), or the difference of the error ratios. Null where one side has
 * no figure; such a round counts all the same, since no answer is an outcome.
 */
export function effectsOf(metric: Metric, rounds: readonly Round[]): (number | null)[] {
  return rounds.map((round) => {
    const [from, to] = SIDES.map((side) => figureOf(metric, round[side]));
    if (from === undefined || to === undefined) return null;
    return metric.kind === 'ratio' ? Math.log(to / from) : to - from;
  });
}

/** One side's figure of a round: undefined where no call was `ok`, or none was made. */
export function figureOf({ kind, name }: Metric, { figures, calls }: Round[Side]): number | undefined {
  if (kind === 'errors') {
    const count = calls[name];
    return count && count.calls > 0 ? count.failed / count.calls : undefined;
  }
  const figure = figures[name];
  return typeof figure === 'number' && figure > 0 && Number.isFinite(figure) ? figure : undefined;
}

/** Calls of all rounds together, by side. */
export function countsOf({ name }: Metric, rounds: readonly Round[]): Record<Side, CallCount> {
  const sum = (side: Side) =>
    rounds.reduce(
      (total, round) => {
        const { calls = 0, failed = 0 } = round[side].calls[name] ?? {};
        return { calls: total.calls + calls, failed: total.failed + failed };
      },
      { calls: 0, failed: 0 },
    );
  return { from: sum('from'), to: sum('to') };
}

/** Bounds of the mean effect; none at all where a round has no effect. */
export function boundsOf(metric: Metric, rounds: readonly Round[]): Bounds {
  const effects = effectsOf(metric, rounds);
  const known = effects.filter((effect) => effect !== null);
  if (known.length < effects.length) return { ...meanBounds([]), sd: Number.NaN };
  return metric.kind === 'ratio' ? meanBounds(known) : differenceBounds(known, countsOf(metric, rounds));
}
