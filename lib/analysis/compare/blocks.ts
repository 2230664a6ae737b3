import {
  type Comparison,
  type ComparisonPlan,
  type Conditions,
  type Metric,
  type Round,
  type SideOfRound,
} from '../../model/comparison.ts';
import { compareSides } from './compare.ts';
import { planComparison } from './plan.ts';
import { disturbance } from './rounds.ts';

/** The three blocks of a before/after, in their order: what runs now, the candidate, and what runs now after the way back. */
export const BLOCKS = ['before', 'after', 'again'] as const;
export type BlockName = (typeof BLOCKS)[number];

/** What reports call them. */
export const BLOCK_WORDS: Record<BlockName, string> = {
  before: 'the current version',
  after: 'the candidate',
  again: 'the current version after the way back',
};

/** One version, measured several times in a row; `number` counts what was measured, from 1. */
export type Block = readonly { number: number; side: SideOfRound }[];

/** Measurements of a block that count, and those that do not, with the reason; by their conditions only. */
export function sortBlock(
  block: Block,
  name: BlockName,
  above: Conditions,
): { kept: Block; discarded: Comparison['discarded'] } {
  const reasons = block.map(({ side }) => disturbance(side.conditions, above, BLOCK_WORDS[name]));
  return {
    kept: block.filter((_, index) => reasons[index] === undefined),
    discarded: block.flatMap(({ number }, index) => {
      const reason = reasons[index];
      return reason === undefined ? [] : [{ round: number, reason }];
    }),
  };
}

/**
 * Plans a before/after from what was measured before: its first half against its second is the A/A, so the spread is that of
 * measurements which are as far apart in time as half a block. No more rounds are planned than there are of them.
 */
export function planBeforeAfter(question: {
  metrics: readonly Metric[];
  before: Block;
  seed: number;
  discardAbove: Conditions;
  mostRounds: number;
}): ComparisonPlan {
  const { before, mostRounds, discardAbove, ...rest } = question;
  const { kept } = sortBlock(before, 'before', discardAbove);
  const half = Math.floor(kept.length / 2);
  const aa = kept.slice(0, half).flatMap(({ side }, index): Round[] => {
    const to = kept[half + index]?.side;
    return to ? [{ number: index + 1, from: side, to }] : [];
  });
  return planComparison({
    ...rest,
    aa,
    discardAbove,
    design: 'before-after',
    mostRounds: Math.min(mostRounds, 2 * half),
  });
}

/** How many measurements of each block must count. */
export function roundsOf({ looks }: Pick<ComparisonPlan, 'looks'>): number {
  return looks.at(-1)?.rounds ?? 0;
}

/**
 * Judges a candidate by blocks, of which the k-th measurements that count make the k-th round: what changes while a block is made
 * (caches that fill) is then the same in all. See `boundsOf` for what drift of the machine does to it. A block that is too short
 * leaves it without a verdict.
 */
export function compareBlocks(plan: ComparisonPlan, blocks: Readonly<Record<BlockName, Block>>): Comparison {
  const sorted = BLOCKS.map((name) => sortBlock(blocks[name], name, plan.discardAbove));
  const [before, after, again] = sorted.map(({ kept }) => kept);
  const wanted = roundsOf(plan);
  const rounds = Array.from({ length: wanted }, (_, index): Round[] => {
    const [from, to, last] = [before, after, again].map((block) => block?.[index]?.side);
    return from && to && last ? [{ number: index + 1, from, to, again: last }] : [];
  }).flat();
  const found = compareSides(plan, rounds);
  const short = rounds.length < wanted && plan.doubts.length === 0;
  return {
    ...found,
    finished: true,
    discarded: sorted.flatMap(({ discarded }) => discarded),
    ...(short
      ? { reasons: [`only ${rounds.length} rounds of each version count, and ${wanted} were planned`] }
      : {}),
  };
}
