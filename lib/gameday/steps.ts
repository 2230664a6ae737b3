import { formatDuration } from '../model/duration.ts';
import type { Control } from './control.ts';
import type { EventLog } from './events.ts';
import type { Faults } from './faults.ts';
import { nameOf } from './load.ts';
import type { ScenarioStep } from './schema.ts';

/** What steps are carried out with. */
export interface Stage {
  control: Control;
  faults: Faults;
  events: EventLog;
  /** Asks a person to do something; resolves when they say it is done. */
  ask(what: string): Promise<void>;
}

/** Carries out steps one after the other; an error, or an abort, ends them, also those that run side by side. */
export async function carryOut(steps: readonly ScenarioStep[], stage: Stage): Promise<void> {
  for (const step of steps) await carryOutOne(step, stage);
}

async function carryOutOne(step: ScenarioStep, stage: Stage): Promise<void> {
  const { control, faults, events } = stage;
  await control.wait(0);
  if ('inject' in step) {
    const name = nameOf(step);
    const since = await faults.inject(name, step.inject, {
      ...(step.for === undefined ? {} : { holdMs: step.for }),
      ...(step.allowLastCopy === undefined ? {} : { allowLastCopy: step.allowLastCopy }),
    });
    if (step.for === undefined) return;
    // It holds from when it was in place, not from when that was proven.
    await control.wait(step.for - (Date.now() - since));
    await faults.revert(name);
  } else if ('revert' in step) await faults.revert(step.revert);
  else if ('wait' in step) {
    events.add('phase', `wait ${formatDuration(step.wait)}`);
    await control.wait(step.wait);
  } else if ('note' in step) events.add('note', step.note);
  else if ('human' in step) {
    events.add('human', step.human);
    await control.until(stage.ask(step.human));
    events.add('human', 'done');
  } else if ('parallel' in step) await sideBySide(step.parallel, stage);
  else for (let round = 1; round <= step.repeat; round += 1) await carryOut(step.steps, stage);
}

async function sideBySide(lanes: readonly (readonly ScenarioStep[])[], stage: Stage): Promise<void> {
  const ended = await Promise.allSettled(
    lanes.map((lane) =>
      carryOut(lane, stage).catch((error: unknown) => {
        // The others must not go on waiting for minutes.
        stage.control.abort({
          by: 'trouble',
          reason: error instanceof Error ? error.message : String(error),
        });
        throw error;
      }),
    ),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
