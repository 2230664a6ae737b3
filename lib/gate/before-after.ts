import {
  type Block,
  BLOCK_WORDS,
  type BlockName,
  compareBlocks,
  planBeforeAfter,
  roundsOf,
  sortBlock,
} from '../analysis/compare/blocks.ts';
import type { Recording } from '../model/call-plan.ts';
import type { Comparison, ComparisonPlan, Side } from '../model/comparison.ts';
import type { Lab } from '../model/lab.ts';
import { agentPool, podAgents } from '../run/agents.ts';
import { kubeOf } from '../run/changes-undo.ts';
import { clusterOf } from '../run/mesh-change.ts';
import { deployOneSide, removeSides } from '../run/side-world.ts';
import { MeshproofError } from '../support/errors.ts';
import { watchStolenTime } from '../support/stolen-time.ts';
import { alongsideOf } from './alongside.ts';
import { repeated, sideMetrics, sideRoundWords } from './rounds.ts';
import {
  DISCARD_ABOVE,
  ROUND_SHAPE,
  ROUNDS,
  type SideBySide,
  type SideBySideOptions,
} from './side-by-side.ts';
import { measureSides } from './side-calls.ts';
import { plannedWords } from './words.ts';

/** Versions that are measured one after the other, as a mesh that has one of them at a time is brought to each. */
export interface BeforeAfter {
  /** Measures what runs now, before anything is changed, and plans. */
  before(): Promise<void>;
  /** Measures the candidate, which runs now. */
  after(): Promise<void>;
  /** Measures what ran first, which runs again, and compares. */
  again(): Promise<Comparison>;
}

/** The A/A is made of the halves of the first block, and takes six rounds. */
const LEAST_BEFORE = 12;

/**
 * Compares what a mesh runs with a candidate that cannot run beside it: a block of measurements of each, and one more of what ran
 * first after the way back, by which drift of the machine shows (`compareBlocks`). Each block has pods of its own, which get the
 * proxies that the mesh gives then, and gateways are those of the version that is measured. Takes three times `rounds.most` ×
 * `shape.durationMs` at most, and a minute. Where what was measured before carries no verdict, nothing more is measured. All that
 * it makes is gone when a block ends.
 */
export function beforeAfter(
  lab: Lab,
  { run, seed }: Pick<SideBySide, 'run' | 'seed'>,
  options: SideBySideOptions,
): BeforeAfter {
  const { log, rounds = ROUNDS, least = 0 } = options;
  const blocks: Record<BlockName, Block> = { before: [], after: [], again: [] };
  let plan: ComparisonPlan | undefined;
  const make = async (name: BlockName, wanted: number) => {
    if (plan && plan.doubts.length > 0) return;
    blocks[name] = await madeBlock(lab, name, { ...options, run, wanted });
  };
  return {
    async before() {
      await make('before', Math.max(LEAST_BEFORE, rounds.most));
      plan = planBeforeAfter({
        metrics: sideMetrics(),
        before: blocks.before,
        seed,
        discardAbove: DISCARD_ABOVE,
        mostRounds: rounds.most,
      });
      for (const planned of plan.metrics) log.info(plannedWords(planned));
    },
    after: () => make('after', Math.max(least, plan ? roundsOf(plan) : 0)),
    async again() {
      await make('again', plan ? roundsOf(plan) : 0);
      if (!plan) throw new MeshproofError('bug', 'nothing was measured before the candidate came');
      return compareBlocks(plan, blocks);
    },
  };
}

async function madeBlock(
  lab: Lab,
  name: BlockName,
  options: SideBySideOptions & { run: string; wanted: number },
): Promise<Block> {
  const { run, wanted, log, signal, alongside, shape = ROUND_SHAPE } = options;
  using stolen = watchStolenTime();
  try {
    await deployOneSide(lab, run);
    await using agents = agentPool(
      podAgents(
        (cluster) => clusterOf(lab, cluster),
        (cluster) => kubeOf(lab, cluster),
      ),
    );
    const measure = async (onCalls?: (side: Side, recordings: readonly Recording[]) => void) => {
      const { from } = await measureSides(lab, shape, {
        agents,
        stolen,
        sides: ['from'],
        signal,
        onCalls: (_, recordings) => onCalls?.(name === 'after' ? 'to' : 'from', recordings),
      });
      return from;
    };
    // What is new in a block is gone after as long as one more, or the same in each of them.
    await measure();
    return await repeated({
      most: Math.ceil(1.5 * wanted),
      signal,
      enough: (made) => sortBlock(made, name, DISCARD_ABOVE).kept.length >= wanted,
      make: async (number) => {
        const side = await alongsideOf(alongside?.(name), measure);
        log.info(`${BLOCK_WORDS[name]}, ${number}: ${sideRoundWords(side)}`);
        return { number, side };
      },
    });
  } finally {
    await removeSides(lab);
  }
}
