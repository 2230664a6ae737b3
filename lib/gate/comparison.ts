import type { Lab } from '../model/lab.ts';
import type { MeshSettings } from '../model/upgrade.ts';
import { describeError, errorMessage, MeshproofError } from '../support/errors.ts';
import { type BeforeAfter, beforeAfter } from './before-after.ts';
import { growthFindings } from './costs.ts';
import type { Parts } from './parts.ts';
import { compareSideBySide } from './side-by-side.ts';
import { GROWTH_ROUNDS, watchGrowth } from './side-growth.ts';

/** What is left of a comparison when it began: the sides run one after the other, so the rest follows the upgrade and the way back. */
export type RestOfComparison = Omit<BeforeAfter, 'before' | 'again'> & { again(): Promise<void> };

/**
 * Latencies, errors and memory of both sides: side by side, or before and after where the mesh has one control plane only or the
 * candidate cannot be a second one. A candidate that could not be put beside what runs now for another reason leaves it unsettled.
 */
export async function comparison(
  lab: Lab,
  to: MeshSettings,
  parts: Parts,
): Promise<RestOfComparison | undefined> {
  const { found, options } = parts;
  if (options.comparison === 'before-after') return oneAfterTheOther(lab, parts, 'as was asked for');
  let cannot: string | undefined;
  await attempt('latencies side by side', parts, async () => {
    try {
      await sideBySide(lab, to, parts);
    } catch (error) {
      cannot = whyNotBeside(error);
      if (cannot === undefined) throw error;
    }
  });
  if (cannot === undefined) return undefined;
  found.comparison = undefined;
  return oneAfterTheOther(lab, parts, cannot);
}

/** Why sides cannot run side by side at all; undefined for an error that says that they could. */
export function whyNotBeside(error: unknown): string | undefined {
  const isSo = error instanceof MeshproofError && ['usage', 'not-applicable'].includes(error.kind);
  return isSo ? error.message : undefined;
}

async function sideBySide(lab: Lab, to: MeshSettings, { run, found, options }: Parts): Promise<void> {
  const { log, signal, seed, rounds } = options;
  const memory = watchGrowth(lab);
  found.comparison = await compareSideBySide(
    lab,
    { run, to, seed },
    { log, signal, alongside: (of) => memory.alongside(of), least: GROWTH_ROUNDS, rounds },
  );
  found.findings.push(
    {
      source: 'comparison',
      weight: 'note',
      words:
        'The candidate’s gateways were not timed: calls of both sides across clusters passed the installed ones. What they do to calls is known from the upgrade under calls and from the candidate’s conformance run with its faults only; --comparison before-after times them, too.',
    },
    ...growthFindings(memory.compare()),
  );
}

async function oneAfterTheOther(lab: Lab, parts: Parts, why: string): Promise<RestOfComparison | undefined> {
  const { run, found, options } = parts;
  const { log, signal, seed, rounds } = options;
  found.findings.push({
    source: 'comparison',
    weight: 'note',
    words: `The sides were compared one after the other and not side by side: ${why}.`,
  });
  const memory = watchGrowth(lab);
  const blocks = beforeAfter(
    lab,
    { run, seed },
    { log, signal, alongside: (of) => memory.alongside(of), least: GROWTH_ROUNDS, rounds },
  );
  let going = await attempt('latencies before the upgrade', parts, () => blocks.before());
  return {
    async after() {
      going &&= await attempt('latencies of the candidate', parts, () => blocks.after());
    },
    async again() {
      if (!going) return;
      await attempt('latencies after the way back', parts, async () => {
        found.comparison = await blocks.again();
        found.findings.push(...growthFindings(memory.compare()));
      });
    },
  };
}

/** False, and unsettled, when it could not be measured. */
async function attempt(
  stage: string,
  { found, options }: Parts,
  work: () => Promise<void>,
): Promise<boolean> {
  const { log, stages, signal } = options;
  return stages.run(
    stage,
    async () => {
      try {
        await work();
        return true;
      } catch (error) {
        signal.throwIfAborted();
        log.warn(describeError(error));
        found.findings.push({
          source: 'comparison',
          weight: 'unsettled',
          words: `the sides were not compared: ${errorMessage(error)}`,
        });
        return false;
      }
    },
    { speaks: true },
  );
}
