import { callAws, callAwsOnce } from '../../aws/api-call.ts';
import { findOwn, readState } from '../../aws/fault-state.ts';
import { createSchedule, deleteSchedule, getSchedule } from '../../aws/schedules.ts';
import type { AwsHarm, AwsObject } from '../../model/aws-fault.ts';
import type { FaultPlan } from '../../model/fault-plan.ts';
import { errorMessage, MeshproofError } from '../../support/errors.ts';
import type { Mechanism } from '../mechanism.ts';
import { dueAt, filledIn, scheduleDiffers, schedulesOf } from './dead-man.ts';
import { differences, holds, keyOf, missingEffect, objectsOf, type States } from './proof.ts';
import { settled } from './settled.ts';

/** A disassociation in a transit gateway takes a minute, an instance that stops a few; all else a moment. */
const USUAL_MS = 30_000;
const SLOW_MS: Partial<Record<AwsObject['kind'], number>> = {
  'transit-route-table': 180_000,
  instance: 300_000,
};

/**
 * Changes objects of AWS by calls that stand in the plan, and takes them back by others. The dead-man is a schedule of
 * EventBridge for each of those, with the same input, in the region of what it puts back: it needs nothing of ours. Proofs
 * compare the objects' own state, entry by entry, with what it was before.
 */
export const awsApi: Mechanism = {
  async arm(plan) {
    const own = await makeOwn(plan);
    const schedules = schedulesOf(withHarm(plan), own);
    for (const { place, schedule } of schedules) {
      await createSchedule(place, schedule);
      const there = await getSchedule(place, schedule.Name);
      const wrong = there ? scheduleDiffers(schedule, there) : ['it is not there'];
      if (wrong.length > 0)
        throw new MeshproofError(
          'environment',
          `the schedule ${schedule.Name} is not armed: ${wrong.join('; ')}`,
        );
    }
    return armedWords(plan, schedules.length);
  },
  async inject(plan) {
    const own = await ownOf(plan);
    for (const { does, object } of harmOf(plan).changes) await callAws(object.place, filledIn(does, own));
  },
  async proveEffect(plan) {
    const changes = await filledChanges(plan);
    await settled('the effect', async () => missingEffect(changes, await statesOf(objectsOf(changes))), {
      withinMs: within(changes),
      kind: 'inconclusive',
    });
    return changes
      .flatMap(({ object, adds, removes }) => [
        ...adds.map((line) => `${keyOf(object)}: there: ${line}`),
        ...removes.map((line) => `${keyOf(object)}: gone: ${line}`),
      ])
      .join('\n');
  },
  // What fails here is tried again by the proof, which says why when it does not come true.
  async revert(plan) {
    await takeBack(plan);
  },
  async proveRevert(plan) {
    let foreign: string[] = [];
    await settled(
      'the revert',
      async () => {
        const harm = { ...harmOf(plan), changes: await filledChanges(plan) };
        const found = differences(harm, await statesOf(harm.before.map(({ object }) => object)));
        ({ foreign } = found);
        const own = await ownOf(plan);
        const wrong = [...found.wrong, ...(own === undefined ? [] : [`${own} is still there`])];
        // What did not work the first time, or was not to be seen yet, is tried again.
        return wrong.length > 0 ? [...wrong, ...(await takeBack(plan))] : [];
      },
      { withinMs: 2 * within(harmOf(plan).changes), kind: 'environment' },
    );
    const { before } = harmOf(plan);
    const same = before.map(({ object, lines }) => `${keyOf(object)}: ${lines.length} lines as before`);
    return [...same, ...foreign].join('\n');
  },
  async disarm(plan) {
    for (const { place, schedule } of schedulesOf(withHarm(plan))) await deleteSchedule(place, schedule.Name);
  },
};

/** What a plan changes on AWS. */
export function harmOf({ aws, spec }: Pick<FaultPlan, 'aws' | 'spec'>): AwsHarm {
  if (aws) return aws;
  throw new MeshproofError('bug', `${spec.kind} was not planned against the live account`);
}

/** How the dead-man of a plan is armed, in words. */
function armedWords(plan: FaultPlan, schedules: number): string {
  const { at, latest } = dueAt(plan.deadline);
  return `${schedules} schedules of EventBridge, read back field by field, due at ${isoMinute(at)}, carried out by ${isoMinute(latest)}`;
}

/** The state of each of these objects. */
export async function statesOf(objects: readonly AwsObject[]): Promise<States> {
  const read = objects.map(async (object) => [keyOf(object), await readState(object)] as const);
  return new Map(await Promise.all(read));
}

function withHarm(plan: FaultPlan) {
  return { ...plan, aws: harmOf(plan) };
}

/** Its changes, with the id of what Meshproof made in them. */
async function filledChanges(plan: FaultPlan): Promise<AwsHarm['changes']> {
  const { changes } = harmOf(plan);
  const own = await ownOf(plan);
  return own === undefined
    ? changes
    : (JSON.parse(JSON.stringify(changes).replaceAll('$own', own)) as typeof changes);
}

async function ownOf(plan: FaultPlan): Promise<string | undefined> {
  const { own } = harmOf(plan);
  return own ? findOwn(own, plan.id) : undefined;
}

/** Makes what the fault needs, where it is not there yet; it harms nobody. */
async function makeOwn(plan: FaultPlan): Promise<string | undefined> {
  const { own } = harmOf(plan);
  const known = await ownOf(plan);
  if (!own || known !== undefined) return known;
  const [first, ...rest] = own.makes;
  if (!first) return undefined;
  const made = Object(await callAws(own.place, first)) as {
    GroupId?: string;
    NetworkInterface?: { NetworkInterfaceId?: string };
    experimentTemplate?: { id?: string };
  };
  const id = made.GroupId ?? made.NetworkInterface?.NetworkInterfaceId ?? made.experimentTemplate?.id;
  for (const call of rest) await callAws(own.place, filledIn(call, id));
  return id;
}

/** Takes back what holds, the last first, and then removes what was made for it; gives what did not work, in words. */
export async function takeBack(plan: FaultPlan): Promise<string[]> {
  const changes = await filledChanges(plan);
  const states = await statesOf(objectsOf(changes));
  const failures: string[] = [];
  for (const change of changes.toReversed()) {
    if (!change.undoes || !holds(change, states.get(keyOf(change.object)) ?? [])) continue;
    await callAwsOnce(change.object.place, change.undoes).catch((error: unknown) =>
      failures.push(`${keyOf(change.object)}: ${errorMessage(error)}`),
    );
  }
  const { own } = harmOf(plan);
  const id = await ownOf(plan);
  if (own && id !== undefined)
    await callAwsOnce(own.place, filledIn(own.removes, id)).catch((error: unknown) =>
      failures.push(`${id}: ${errorMessage(error)}`),
    );
  return failures;
}

function within(changes: AwsHarm['changes']): number {
  return Math.max(USUAL_MS, ...changes.map(({ object }) => SLOW_MS[object.kind] ?? 0));
}

function isoMinute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}
