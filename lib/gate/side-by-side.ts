import { compareSides } from '../analysis/compare/compare.ts';
import { planComparison } from '../analysis/compare/plan.ts';
import type { Recording } from '../model/call-plan.ts';
import { sortRounds } from '../analysis/compare/rounds.ts';
import type { Comparison, Conditions, Round, Side } from '../model/comparison.ts';
import { SIDES } from '../model/comparison.ts';
import type { Lab } from '../model/lab.ts';
import type { MeshSettings } from '../model/upgrade.ts';
import { agentPool, podAgents } from '../run/agents.ts';
import { kubeOf } from '../run/changes-undo.ts';
import { clusterOf } from '../run/mesh-change.ts';
import { openChanges } from '../run/changes.ts';
import { deploySides, removeSides } from '../run/side-world.ts';
import type { Log } from '../support/log.ts';
import { MUCH_STOLEN, type StolenTime, watchStolenTime } from '../support/stolen-time.ts';
import { type Alongside, alongsideOf, type Measured } from './alongside.ts';
import { plannedWords } from './words.ts';
import { makeRounds, roundWords, sideMetrics } from './rounds.ts';
import { measureSides, type RoundShape } from './side-calls.ts';

export interface SideBySide {
  /** Name of the run, which marks what is put into the clusters. */
  run: string;
  /** The candidate, merged over what was installed. What it is compared with is what the mesh runs. */
  to: MeshSettings;
  seed: number;
}

export interface SideBySideOptions {
  log: Log;
  signal: AbortSignal;
  shape?: RoundShape;
  /** Rounds of identical sides that must count, and the most that the comparison plans for; half as many more make up for discards. */
  rounds?: { identical: number; most: number };
  /** Rounds that are made of both, also where fewer decide: what is looked at alongside may take more. */
  least?: number;
  /** Begins to look at something else of both sides as a round begins. */
  alongside?: (of: Measured) => Promise<Alongside>;
}

/** 1,280 calls a path, side and round: with 12 rounds, resets of 0.2 % are found in 99 of 100 comparisons (rounds.test.ts). */
export const ROUND_SHAPE: RoundShape = { ratePerSecond: 80, durationMs: 16_000, warmUpMs: 1000 };
export const ROUNDS = { identical: 12, most: 20 };
/**
 * Beyond these a round tells of the machine: its calls fail for want of a processor, or the host took processors away. What is
 * less disturbs both sides alike, since they are called at the same time, and shows in the spread of identical sides.
 */
export const DISCARD_ABOVE: Conditions = { latenessP99Ms: 100, stolenShare: MUCH_STOLEN };
/** Before the first round of each kind: proxies open connections to those that they have never called. */
const FIRST_CALLS_MS = 3000;

/**
 * Compares what a mesh runs with a candidate that is its second control plane (a canary by revision), with proxies of its own. First
 * rounds of identical sides, which give the margins and the plan, then rounds of both until the plan has its answer. Takes about
 * `rounds` × `shape.durationMs` for each, and a minute. Gateways are the mesh's own for both. All that it makes is journalled, and
 * gone when it ends, however it ends; an abort throws the signal's reason. `not-applicable` or a `usage` error where the candidate
 * cannot run side by side.
 */
export async function compareSideBySide(
  lab: Lab,
  question: SideBySide,
  options: SideBySideOptions,
): Promise<Comparison> {
  const { run, to, seed } = question;
  const { log, signal, rounds = ROUNDS, least = 0 } = options;
  const changes = openChanges(lab, `${run} canary`);
  using stolen = watchStolenTime();
  try {
    log.info('candidate: a second control plane in every cluster');
    const added = await Promise.allSettled(
      lab.clusters.map(({ name }) => changes.canary(name, to, { log, signal })),
    );
    // Nothing is taken away while another cluster is still being given it.
    for (const one of added) if (one.status === 'rejected') throw one.reason;
    await deploySides(lab, { run, candidate: 'mesh', signal });
    const aa = await roundsOf(lab, 'identical', {
      ...options,
      stolen,
      plan: { seed, mostRounds: Math.ceil(1.5 * rounds.identical) },
      enough: (made) => sortRounds(made, DISCARD_ABOVE).kept.length >= rounds.identical,
    });
    const plan = planComparison({
      metrics: sideMetrics(),
      aa,
      design: 'interleaved',
      seed,
      discardAbove: DISCARD_ABOVE,
      mostRounds: rounds.most,
    });
    for (const planned of plan.metrics) log.info(plannedWords(planned));
    if (plan.doubts.length > 0) return compareSides(plan, []);
    await deploySides(lab, { run, candidate: 'canary', signal });
    const made = await roundsOf(lab, 'candidate', {
      ...options,
      stolen,
      plan,
      enough: (made) => made.length >= least && compareSides(plan, made).finished,
    });
    return compareSides(plan, made);
  } finally {
    try {
      await removeSides(lab);
    } finally {
      await changes.revert();
    }
  }
}

async function roundsOf(
  lab: Lab,
  of: 'identical' | 'candidate',
  options: SideBySideOptions & { stolen: StolenTime } & Pick<
      Parameters<typeof makeRounds>[0],
      'plan' | 'enough'
    >,
): Promise<Round[]> {
  const { log, signal, plan, enough, stolen, shape = ROUND_SHAPE, alongside } = options;
  await using agents = agentPool(
    podAgents(
      (name) => clusterOf(lab, name),
      (name) => kubeOf(lab, name),
    ),
  );
  const measure = (
    shape: RoundShape,
    first: Side,
    onCalls?: (side: Side, recordings: readonly Recording[]) => void,
  ) =>
    measureSides(lab, shape, {
      agents,
      stolen,
      sides: [first, ...SIDES.filter((side) => side !== first)],
      signal,
      ...(onCalls ? { onCalls } : {}),
    });
  await measure({ ...shape, durationMs: FIRST_CALLS_MS }, 'from');
  // Awaited here: the agents are let go when this returns.
  return await makeRounds({
    plan,
    signal,
    enough,
    measure: async (number, first) => {
      const sides = await alongsideOf(alongside?.(of), (onCalls) => measure(shape, first, onCalls));
      log.info(
        `${of === 'identical' ? 'identical sides' : 'candidate'}, ${roundWords({ number, ...sides })}`,
      );
      return sides;
    },
  });
}
